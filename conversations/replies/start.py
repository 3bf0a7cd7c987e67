"""The one transaction that a reply starts with: the question is stored and its calls are reserved, or neither is."""

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from conversations.claude import prompt
from conversations.claude.client import Request
from conversations.markdown import Opening
from conversations.models import Conversation, Message, Preferences, Question, Refused, Retry, TeamSettings, Usage
from conversations.presentation.continuing import find_continued_opening
from conversations.replies.call import ReservedCall, reserve_call
from conversations.replies.titles import build_title_request


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """The empty answer to a question, and the calls that are reserved for it.

    `reply_call` is None where an earlier request with the same key has started the reply, `title_call` where no title
    is written. `opening` is what was open in the answer that this one continues.
    """

    answer: Message
    reply_call: ReservedCall | None = None
    title_call: ReservedCall | None = None
    opening: Opening | None = None


def store_question(conversation: Conversation, request: Question | Retry, runner: str) -> StoredQuestion:
    """Store a question with its empty answer and reserve what the calls may cost. Raises Refused.

    `conversation` is a draft for a first question.
    """
    is_draft = conversation._state.adding
    # Before the transaction, which on SQLite keeps all others from writing.
    continued = conversation.find_continued(request)
    with transaction.atomic():
        team = TeamSettings.current()
        instructions = Preferences.current(conversation.owner_id).add_to(team.instructions)
        answer, is_new = conversation.ask(request, runner=runner, instructions=instructions, continued=continued)
        if not is_new:
            return StoredQuestion(answer)
        reply_call = reserve_call(
            build_request(answer, request.effort), answer, Usage.Purpose.REPLY, team.monthly_limit
        )
        title_call = None
        # The turns of a draft may belong to a conversation that has a title.
        is_first = is_draft and answer.conversation_id == conversation.pk
        if is_first and settings.CHAT_TITLE_MODEL and isinstance(request, Question):
            # Where the limit leaves no room for a title, the first words of the question stay.
            with suppress(Refused):
                title_call = reserve_call(
                    build_title_request(request.text), answer, Usage.Purpose.TITLE, team.monthly_limit
                )
        opening = find_continued_opening(answer)
    return StoredQuestion(answer, reply_call, title_call, opening)


def build_request(answer: Message, effort: str = "") -> Request:
    """What is sent for an answer: its branch, fitted to the window of its model. Stores where the sent part begins.

    `effort`: the one that was chosen, if any.
    """
    branch = answer.conversation.prompt_messages(answer.parent_id)
    fitted = prompt.build_prompt(branch, model=answer.model, system=answer.system, max_tokens=settings.CHAT_MAX_TOKENS)
    if fitted.sent_from:
        answer.sent_from_id = fitted.sent_from
        answer.save(update_fields=["sent_from"])
    return Request(
        model=answer.model,
        messages=fitted.messages,
        system=answer.system,
        max_tokens=settings.CHAT_MAX_TOKENS,
        effort=effort or settings.CHAT_EFFORT,
    )
