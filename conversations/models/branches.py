"""Where turns that a program sends belong: the stored branch that they continue."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Length

from conversations.models import tree
from conversations.models.content import find_file_ids
from conversations.models.message import Message
from conversations.models.question import EarlierTurn

#: At most this many of a person's latest conversations are searched, and this many matching branches are read.
MAX_CONVERSATIONS, MAX_BRANCHES = 200, 3
#: Programs that send the same examples with each question would add them all to one conversation, which is read as a
#: whole with each question.
MAX_VERSIONS = 20


def find_branch_end(conversations: QuerySet[Any], turns: Sequence[EarlierTurn]) -> Message | None:
    """The answer at which a branch with exactly these turns, roles and texts, ends, if a question can follow there.

    Empty answers do not count: `turns` has none, and may end with the question of one. Files are compared where `turns`
    has them: a client may leave out those that it has sent before.
    """
    wanted = list(turns)
    answers = find_answers(conversations, turns)
    return next((found for found in answers if are_same(read_branch(found), wanted) and can_be_followed(found)), None)


def are_same(stored: list[EarlierTurn], wanted: list[EarlierTurn]) -> bool:
    if [(turn.role, turn.text) for turn in stored] != [(turn.role, turn.text) for turn in wanted]:
        return False
    return all(not there.attachments or there == here for here, there in zip(stored, wanted, strict=True))


def find_answers(conversations: QuerySet[Any], turns: Sequence[EarlierTurn]) -> QuerySet[Message]:
    """The newest answers that have the text of the last turn, below the text of the one before."""
    if turns[-1].role == Message.Role.USER:
        # The answer to it was empty.
        above, text = turns[-1].text, ""
    else:
        above, text = turns[-2].text if len(turns) > 1 else "", turns[-1].text
    latest = conversations.order_by("-updated").values("pk")[:MAX_CONVERSATIONS]
    answers = Message.objects.filter(conversation__in=latest, finished__isnull=False, role=Message.Role.ASSISTANT)
    # The length is in an index, as the text is not.
    same_text = answers.alias(length=Length("text")).filter(length=len(text), text=text)
    return same_text.filter(parent__text=above).order_by("-created")[:MAX_BRANCHES]


def read_branch(answer: Message) -> list[EarlierTurn]:
    """The turns of a branch, without its empty answers; none if it was deleted meanwhile."""
    messages = Message.objects.filter(conversation=answer.conversation_id)
    rows = {pk: row for pk, *row in messages.values_list("id", "parent", "role", "text", "content")}
    parents = {pk: parent for pk, (parent, *_columns) in rows.items()}
    path = tree.path_to(answer.pk, parents) if answer.pk in parents else []
    columns = (rows[pk] for pk in path)
    turns = [EarlierTurn(role, text, tuple(find_file_ids(content))) for _parent, role, text, content in columns]
    return [turn for turn in turns if turn.text.strip() or turn.attachments]


def can_be_followed(answer: Message) -> bool:
    """Whether a question may be added below. It is certain only under the lock of the owner."""
    is_kept = Message.objects.filter(pk=answer.pk, conversation__deleted=None).exists()
    is_busy = Message.objects.filter(conversation=answer.conversation_id).open().exists()
    return is_kept and not is_busy and answer.children.count() < MAX_VERSIONS
