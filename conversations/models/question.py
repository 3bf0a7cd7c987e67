"""What a person asks for: a question, or another answer to one. Made by views, stored by models."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EarlierTurn:
    """A turn that took place elsewhere and is stored before the first question."""

    role: str
    text: str
    attachments: tuple[UUID, ...] = ()


class Approval(StrEnum):
    """Who approves calls of tools that must be approved."""

    #: The person, in the page: the answer waits for the decision.
    PERSON = "person"
    #: Nobody: such calls are denied.
    NOBODY = "nobody"
    #: The caller has approved them beforehand, unless Claude has read something from outside in this answer.
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question. It continues the branch that is shown, unless `is_edit`: then it becomes a child of `parent`,
    beside the question that was edited (None: beside the first one).

    `effort`: how much Claude may think, or empty for the site's default. `key`: an idempotency key, or empty.
    `after`: the last message that the person saw when they asked, None where that does not matter. `earlier` and
    `system` are for a new conversation only. `attachments`: the ids of the person's files that it holds, in order;
    with one, the text may be empty. `tools`: the names of the tools that the answer may use.
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
    attachments: tuple[UUID, ...] = ()
    tools: tuple[str, ...] = ()
    approval: Approval = Approval.PERSON

    def fingerprint(self, conversation: UUID | None) -> tuple[object, ...]:
        """What a repeat with the same key must have in common with this; `conversation` is None for a new one."""
        # Not in a list: without files it is the fingerprint that earlier versions have stored.
        files = self.attachments
        if conversation is None:
            earlier = [(turn.role, turn.text, *turn.attachments) for turn in self.earlier]
            return ("begin", self.text, earlier, self.system, self.model, *files)
        if self.is_edit:
            return ("revise", conversation, self.parent, self.text, self.model, *files)
        return ("ask", conversation, self.text, self.model, *files)

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
    tools: tuple[str, ...] = ()
    approval: Approval = Approval.PERSON

    def fingerprint(self, conversation: UUID | None) -> tuple[object, ...]:
        return ("retry", self.answer, self.model)
