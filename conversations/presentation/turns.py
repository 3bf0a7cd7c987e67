"""A message as a reader sees it: used for the history, and for the first and the last frame of a stream."""

import uuid
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from conversations import markdown
from conversations.claude.models import get_model
from conversations.models import Conversation, Message
from conversations.models.tree import Parents, children_of
from conversations.presentation import wording
from conversations.presentation.details import rows_of, usage_of

NOTE_KINDS = {Message.State.FAILED: "danger", Message.State.INTERRUPTED: "warn"}
CUT = {"max_tokens"}


@dataclass(slots=True)
class Versioned:
    """A message as it is shown: with its place among its versions, and the ids of the one before and the next."""

    message: Message
    position: int = field(default=1, kw_only=True)
    count: int = field(default=1, kw_only=True)
    previous: UUID | None = field(default=None, kw_only=True)
    next: UUID | None = field(default=None, kw_only=True)

    def stand_among(self, versions: list[UUID]) -> None:
        """Take the place in these versions, oldest first."""
        place = versions.index(self.message.pk)
        self.position, self.count = place + 1, len(versions)
        self.previous = versions[place - 1] if place else None
        self.next = versions[place + 1] if place + 1 < len(versions) else None


@dataclass(slots=True)
class Turn(Versioned):
    """What `_turn.html` shows of one message."""

    author: str
    html: str = ""
    note: str = ""
    note_kind: str = "quiet"
    can_retry: bool = False
    can_continue: bool = False
    staff_detail: list[tuple[str, str]] = field(default_factory=list)
    left_out_before: bool = False
    is_older_than_its_question: bool = False
    usage: dict[str, Any] | None = None
    details: list[tuple[str, str]] = field(default_factory=list)
    # The form that a question is edited in: open, with what was typed and why it was refused.
    is_edited: bool = False
    draft: str = ""
    problem: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def conversation_id(self) -> UUID:
        return self.message.conversation_id

    @property
    def model_name(self) -> str:
        return get_model(self.message.model).name

    @property
    def continue_text(self) -> str:
        return _(wording.CONTINUE)


def turn_of(message: Message, *, newest: bool = True) -> Turn:
    """A turn; `newest` where it is the last of its conversation, so that it can be continued."""
    owner = message.conversation.owner
    if not message.is_answer:
        return Turn(message, author=owner.name)
    over = not message.is_writing
    return Turn(
        message,
        author="Claude",
        html=mark_safe(prose(message)) if over else "",  # noqa: S308 (the renderer's own output)
        note=note_of(message),
        note_kind=NOTE_KINDS.get(Message.State(message.state), "quiet"),
        can_retry=over,
        can_continue=over and newest and bool(message.text) and was_cut(message),
        staff_detail=staff_detail(message) if owner.is_staff else [],
    )


def turns_of(messages: list[Message], parents: Parents, conversation: Conversation) -> list[Turn]:
    """Turns of the branch that is shown, each with its place among its versions."""
    turns = [turn_of(message, newest=message.pk == conversation.head_id) for message in messages]
    sent_from = Conversation.objects.values_list("head__sent_from", flat=True).get(pk=conversation.pk)
    versions = children_of(parents)
    for turn in turns:
        turn.stand_among(versions[turn.message.parent_id])
        turn.left_out_before = turn.message.pk == sent_from
    for above, turn in pairwise(turns):
        turn.is_older_than_its_question = turn.message.is_answer and turn.message.created < above.message.created
    add_details(turns, conversation)
    return turns


def add_details(turns: list[Turn], conversation: Conversation) -> None:
    """What the answers that are over used; as many queries for many turns as for one."""
    over = [turn for turn in turns if turn.message.is_answer and not turn.message.is_writing]
    usage = usage_of([turn.message for turn in over], conversation) if over else {}
    for turn in over:
        turn.usage = usage.get(turn.message.pk)
        turn.details = rows_of(turn.message, turn.usage, for_staff=conversation.owner.is_staff)


def prose(message: Message) -> str:
    """The rendered text of an answer: from the row, or anew when an older renderer made that."""
    if message.html_version == markdown.VERSION:
        return message.html
    html = markdown.render(message.text)
    if not message.is_writing:
        Message.objects.filter(pk=message.pk, text=message.text).update(html=html, html_version=markdown.VERSION)
    return html


def was_cut(message: Message) -> bool:
    return message.state != Message.State.COMPLETE or message.stop_reason in CUT


def note_of(message: Message) -> str:
    return wording.sentence(
        ending=message.ending,
        error_code=message.error_code,
        stop_reason=message.stop_reason,
        empty=not message.text.strip(),
    )


def staff_detail(message: Message) -> list[tuple[str, str]]:
    """The cause of a failure, for people who can do something about it."""
    if message.state != Message.State.FAILED:
        return []
    rows = [
        (_("Cause"), message.error_detail),
        (_("Code"), message.error_code),
    ]
    return [(label, value) for label, value in rows if value]


def alone(message: Message) -> Turn:
    """The turn of one message outside its thread, complete: for the frames of a stream."""
    turn = turn_of(message)
    versions = message.versions()
    # Its row may be gone meanwhile, and its readers are told of its end all the same.
    turn.stand_among(versions if message.pk in versions else [message.pk])
    add_details([turn], message.conversation)
    return turn


def render(*turns: Turn) -> str:
    """The HTML of new or finished turns, for a frame; the page adds the CSRF token to its forms itself."""
    return "".join(
        render_to_string("conversations/_turn.html", {"turn": turn, "csrf_token": "NOTPROVIDED"}) for turn in turns
    )
