"""A message as a reader sees it: used for the history, and for the first and the last frame of a stream."""

import uuid
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from conversations import markdown, wording
from conversations.catalogue import Tokens, display_name
from conversations.models import Conversation, Message, Usage
from conversations.models.tree import Parents, versions_of

NOTE_KINDS = {Message.State.FAILED: "danger", Message.State.INTERRUPTED: "warn"}
CUT = {"max_tokens"}


@dataclass(slots=True)
class Turn:
    """What `_turn.html` shows of one message."""

    message: Message
    author: str
    html: str = ""
    note: str = ""
    note_kind: str = "quiet"
    can_retry: bool = False
    can_continue: bool = False
    staff_detail: list[tuple[str, str]] = field(default_factory=list)
    position: int = 1
    count: int = 1
    previous: UUID | None = None
    next: UUID | None = None
    left_out_before: bool = False
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def conversation_id(self) -> UUID:
        return self.message.conversation_id

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
    for turn in turns:
        versions = versions_of(turn.message.pk, parents)
        place = versions.index(turn.message.pk)
        turn.position, turn.count = place + 1, len(versions)
        turn.previous = versions[place - 1] if place else None
        turn.next = versions[place + 1] if place + 1 < len(versions) else None
        turn.left_out_before = turn.message.pk == sent_from
    return turns


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
        (_("Request"), message.request_id),
    ]
    return [(label, value) for label, value in rows if value]


def usage_summary(message: Message) -> dict[str, Any] | None:
    """What a reply used, all its calls together; cost in millionths of a dollar, None where not known."""
    rows = list(Usage.objects.filter(message=message, purpose=Usage.Purpose.REPLY))
    if not rows:
        return None
    tokens = Tokens(
        input=sum(row.input_tokens for row in rows),
        output=sum(row.output_tokens for row in rows),
        write_5m=sum(row.cache_write_5m_tokens for row in rows),
        write_1h=sum(row.cache_write_1h_tokens for row in rows),
        read=sum(row.cache_read_tokens for row in rows),
    )
    costs = [row.cost for row in rows]
    return {
        "model": display_name(message.model),
        "input_tokens": tokens.prompt,
        "output_tokens": tokens.output,
        "cached_share": round(100 * tokens.read / tokens.prompt) if tokens.prompt else 0,
        "cost": None if None in costs else sum(cost for cost in costs if cost is not None),
        "estimated": any(row.estimated for row in rows),
    }


def render(*messages: Message) -> str:
    """The HTML of new or finished turns, for a frame; the page adds the CSRF token to its forms itself."""
    return "".join(
        render_to_string("conversations/_turn.html", {"turn": turn_of(message), "csrf_token": "NOTPROVIDED"})
        for message in messages
    )
