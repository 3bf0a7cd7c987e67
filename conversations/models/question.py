"""What a person asks for: a question, or another answer to one. Made by views, stored by models."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EarlierTurn:
    """A turn that took place elsewhere and is stored before the first question."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question. It continues the branch that is shown, unless `is_edit`: then it becomes a child of `parent`,
    beside the question that was edited (None: beside the first one).

    `effort`: how much Claude may think, or empty for the site's default. `key`: an idempotency key, or empty.
    `after`: the last message that the person saw when they asked, None where that does not matter. `earlier` and
    `system` are for a new conversation only.
    """

    text: str
    model: str
    effort: str = ""
    key: str = ""
    is_edit: bool = False
    parent: UUID | None = None
    after: UUID | None = None
    earlier: tuple[EarlierTurn, ...] = ()
    system: str = ""

    def fingerprint(self, conversation: UUID | None) -> tuple[object, ...]:
        """What a repeat with the same key must have in common with this; `conversation` is None for a new one."""
        if conversation is None:
            earlier = [(turn.role, turn.text) for turn in self.earlier]
            return ("begin", self.text, earlier, self.system, self.model)
        if self.is_edit:
            return ("revise", conversation, self.parent, self.text, self.model)
        return ("ask", conversation, self.text, self.model)

    def move_below(self, answer: UUID) -> "Question":
        """The same question below a stored answer, instead of in a new conversation with its earlier turns."""
        return replace(self, key="", earlier=(), system="", is_edit=True, parent=answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Another answer to the question of `answer`, beside it."""

    answer: UUID
    model: str
    effort: str = ""
    key: str = ""

    def fingerprint(self, conversation: UUID | None) -> tuple[object, ...]:
        return ("retry", self.answer, self.model)
