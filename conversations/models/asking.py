"""When a person may ask: one request at a time, one open answer a conversation, a limited number of running replies."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from chatsite.accounts.models import User
from conversations.models.message import Message
from conversations.models.question import Question, Retry
from conversations.models.refusals import Busy, HeadMoved, Refused, TooManyRunning

#: The states of answers that are not final, by their conversations, of which each has one at most.
OpenAnswers = dict[UUID, str]


def lock_owner(user_id: int) -> None:
    """Lock the person's row as `lock_people` does. Raises Refused when the account was deactivated meanwhile."""
    if not lock_people([user_id]).get(user_id):
        raise Refused


def lock_people(ids: Iterable[int]) -> dict[int, bool]:
    """Lock the rows of these people until the transaction ends: keys, limits, the tree and the bin change under it.

    `no_key`: rows that refer to a person, such as usage, can still be inserted. `ids` may be a queryset of one column.
    Returns whether each account is active, by the id of the person.
    """
    # In an order, so that two transactions do not wait for each other.
    people = User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return dict(people.values_list("pk", "is_active"))


def refuse_if_head_moved(request: Question | Retry, head: UUID | None) -> None:
    """Raise HeadMoved when a question was asked below another message than the last one."""
    if isinstance(request, Question) and request.after not in {None, head}:
        raise HeadMoved


def find_open_answers(user_id: int) -> OpenAnswers:
    """The person's answers that are not final; they are exact only under the lock of the owner."""
    return dict(Message.objects.open().filter(conversation__owner=user_id).values_list("conversation", "state"))


def refuse_if_busy(conversation: UUID, open_answers: OpenAnswers) -> None:
    """Raise Busy when the conversation has an open answer; one whose process is gone is interrupted instead."""
    if conversation in open_answers:
        answers = Message.objects.filter(conversation=conversation)
        # Recovery, which does not take the lock of the owner, may have interrupted it since it was read.
        if not answers.interrupt_stale() and answers.open().exists():
            raise Busy
        del open_answers[conversation]


def refuse_if_too_many_running(open_answers: OpenAnswers) -> None:
    """Raise TooManyRunning. Answers that wait for a decision do not count."""
    if [*open_answers.values()].count(Message.State.WRITING) >= settings.CHAT_MAX_RUNNING_PER_PERSON:
        raise TooManyRunning
