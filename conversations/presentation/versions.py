"""What the page and the transcripts of staff show of every message: its versions, its files, its steps with tools."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from conversations.models import Attachment, Message
from conversations.models.content import find_file_ids
from conversations.presentation.continuing import is_continue
from conversations.presentation.tools import AnswerPart, ToolRow, find_rows, split_at_places


@dataclass(slots=True)
class Versioned:
    """A message as it is shown: with its place among its versions, and the ids of the one before and the next."""

    message: Message
    position: int = field(default=1, kw_only=True)
    count: int = field(default=1, kw_only=True)
    previous: UUID | None = field(default=None, kw_only=True)
    next: UUID | None = field(default=None, kw_only=True)
    #: The files of a question in the order of its content.
    files: list[Attachment] = field(default_factory=list, kw_only=True)
    #: How many more it had, which staff have deleted.
    deleted_files: int = field(default=0, kw_only=True)
    #: The text of an answer, with a place for each row of `tools`.
    html: str = field(default="", kw_only=True)
    tools: list[ToolRow] = field(default_factory=list, kw_only=True)

    @property
    def is_continue(self) -> bool:
        return is_continue(self.message)

    @property
    def parts(self) -> list[AnswerPart]:
        """The text of an answer, with the steps between."""
        return split_at_places(self.html, self.tools)

    def set_position(self, versions: list[UUID]) -> None:
        """Set the place among these versions, oldest first."""
        place = versions.index(self.message.pk)
        self.position, self.count = place + 1, len(versions)
        self.previous = versions[place - 1] if place else None
        self.next = versions[place + 1] if place + 1 < len(versions) else None


def add_files(turns: Sequence[Versioned]) -> None:
    """Add the files of the questions: one query, where there are any."""
    ids = {turn.message.pk: find_file_ids(turn.message.content) for turn in turns if not turn.message.is_answer}
    holding = [pk for pk, files in ids.items() if files]
    files = Attachment.objects.of_messages(holding).in_bulk() if holding else {}
    for turn in turns:
        wanted = ids.get(turn.message.pk, [])
        turn.files = [files[pk] for pk in wanted if pk in files]
        turn.deleted_files = len(wanted) - len(turn.files)


def add_tools(turns: Sequence[Versioned]) -> None:
    """Add the steps that answers took with tools; see `find_rows` for the queries."""
    rows = find_rows([turn.message for turn in turns])
    for turn in turns:
        turn.tools = rows.get(turn.message.pk, [])
