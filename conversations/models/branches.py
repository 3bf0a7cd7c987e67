"""Where turns that a program sends belong: the stored branch that they continue."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Length

from conversations.models import tree
from conversations.models.message import Message
from conversations.models.question import EarlierTurn

#: At most this many of a person's latest conversations are searched, and this many matching branches are read.
MAX_CONVERSATIONS, MAX_BRANCHES = 200, 3
#: Programs that send the same examples with each question would add them all to one conversation, which is read as a
#: whole with each question.
MAX_VERSIONS = 20


def find_branch_end(conversations: QuerySet[Any], turns: Sequence[EarlierTurn]) -> Message | None:
    """The answer at which a branch with exactly these turns, roles and texts, ends, if a question can follow there.

    Empty answers do not count: `turns` has none, and may end with the question of one.
    """
    wanted = [(turn.role, turn.text) for turn in turns]
    answers = find_answers(conversations, turns)
    return next((answer for answer in answers if read_branch(answer) == wanted and can_be_followed(answer)), None)


def find_answers(conversations: QuerySet[Any], turns: Sequence[EarlierTurn]) -> QuerySet[Message]:
    """The newest answers that have the text of the last turn, below the text of the one before."""
    *_before, above, last = (EarlierTurn("", ""), *turns)
    if last.role == Message.Role.USER:
        above, last = last, EarlierTurn(Message.Role.ASSISTANT, "")
    latest = conversations.order_by("-updated").values("pk")[:MAX_CONVERSATIONS]
    answers = Message.objects.filter(conversation__in=latest, finished__isnull=False, role=Message.Role.ASSISTANT)
    # The length is in an index, as the text is not.
    same_text = answers.alias(length=Length("text")).filter(length=len(last.text), text=last.text)
    return same_text.filter(parent__text=above.text).order_by("-created")[:MAX_BRANCHES]


def read_branch(answer: Message) -> list[tuple[str, str]]:
    """The roles and texts of a branch, without its empty answers; none if it was deleted meanwhile."""
    messages = Message.objects.filter(conversation=answer.conversation_id)
    rows = {pk: (parent, role, text) for pk, parent, role, text in messages.values_list("id", "parent", "role", "text")}
    parents = {pk: parent for pk, (parent, _role, _text) in rows.items()}
    path = tree.path_to(answer.pk, parents) if answer.pk in parents else []
    return [rows[pk][1:] for pk in path if rows[pk][2].strip()]


def can_be_followed(answer: Message) -> bool:
    """Whether a question may be added below. It is certain only under the lock of the owner."""
    is_kept = Message.objects.filter(pk=answer.pk, conversation__deleted=None).exists()
    is_busy = Message.objects.filter(conversation=answer.conversation_id).open().exists()
    return is_kept and not is_busy and answer.children.count() < MAX_VERSIONS
