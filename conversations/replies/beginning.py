"""The one step that a reply begins with: the question is stored and what its calls may cost reserved, or nothing is."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction

from conversations.claude import client, prompt
from conversations.models import Message, Reservation, Usage
from conversations.replies.calls import most

REPLY, TITLE = Usage.Purpose.REPLY, Usage.Purpose.TITLE
#: How long a title may be, and how much more a model may write that cannot be told not to think.
TITLE_TOKENS, THINKING_TOKENS = 60, 1_000


@dataclass(frozen=True, slots=True)
class Planned:
    """A call that is paid for: what is sent, and what was reserved for it."""

    request: client.Request
    reservation: Reservation


@dataclass(frozen=True, slots=True)
class Begun:
    """An answer to be written; `reply` is None where that was begun before, `title` where none is wanted."""

    answer: Message
    reply: Planned | None = None
    title: Planned | None = None


def begin(ask: Callable[[], Message]) -> Begun:
    """Store a question with `ask`; raises what that raises, and BudgetSpent and PriceUnknown."""
    with transaction.atomic():
        answer = ask()
        if not answer.is_new:
            return Begun(answer)
        requests = {REPLY: request_for(answer)}
        if settings.CHAT_TITLE_MODEL and answer.conversation.is_new and answer.parent:
            requests[TITLE] = title_request_for(answer.parent.text)
        # The last thing: who comes next waits for the month's row until this is committed.
        reserved = Reservation.make(answer, {purpose: most(request) for purpose, request in requests.items()})
    planned = {purpose: Planned(requests[purpose], reserved[purpose]) for purpose in requests if purpose in reserved}
    return Begun(answer, planned[REPLY], planned.get(TITLE))


def request_for(answer: Message) -> client.Request:
    """What to send for an answer: the branch it stands on, fitted to the window of its model."""
    conversation, question = answer.conversation, answer.parent
    # The first question of all has just been stored: there is nothing to read.
    is_first = conversation.is_new and question and not question.parent_id
    path = [question] if question and is_first else conversation.said(answer.parent_id)
    built = prompt.build(path, model=answer.model, system=answer.system, max_tokens=settings.CHAT_MAX_TOKENS)
    if built.sent_from:
        Message.objects.filter(pk=answer.pk).update(sent_from=built.sent_from)
    return client.Request(
        model=answer.model,
        messages=built.messages,
        system=answer.system,
        max_tokens=settings.CHAT_MAX_TOKENS,
        effort=settings.CHAT_EFFORT,
    )


def title_request_for(question: str) -> client.Request:
    """What to send for a title; the question alone, whatever comes of the reply."""
    request = client.Request(
        model=settings.CHAT_TITLE_MODEL,
        messages=prompt.for_title(question),
        system=prompt.TITLE_INSTRUCTIONS,
        max_tokens=TITLE_TOKENS,
        effort="low",
        single_turn=True,
    )
    return request if request.thinking_disabled else replace(request, max_tokens=TITLE_TOKENS + THINKING_TOKENS)
