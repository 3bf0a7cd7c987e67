"""A message as a viewer sees it: in the history, and in the first and the last frame of a stream."""

import uuid
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from chatsite.accounts.models import User
from conversations import markdown
from conversations.claude.models import Model, available_models, get_model
from conversations.models import Conversation, Message
from conversations.models.tree import Parents, children_of
from conversations.presentation import wording
from conversations.presentation.continuing import continued_text, find_continued_opening, is_continue
from conversations.presentation.details import build_detail_rows, summarize_usage

UNFINISHED_STATES = {Message.State.STOPPED, Message.State.INTERRUPTED, Message.State.FAILED}
NOTE_LEVELS = {Message.State.FAILED: "danger", Message.State.INTERRUPTED: "warn"}
#: Stop reasons of complete answers that can be continued.
CUT_REASONS = {"max_tokens"}
#: Stop reasons and error codes after which the same question to the same model ends in the same way.
REPEATING = {"refusal", "model_context_window_exceeded", "too_large", "invalid_request"}
#: Error codes that somebody else has to deal with before another attempt can help.
LASTING = {"budget_spent", "misconfigured", "model_unavailable", "access_ended"}
#: From this share of a model's window on, people see how full it is.
MIN_CONTEXT_PERCENT = 50


@dataclass(slots=True)
class Versioned:
    """A message as it is shown: with its place among its versions, and the ids of the one before and the next."""

    message: Message
    position: int = field(default=1, kw_only=True)
    count: int = field(default=1, kw_only=True)
    previous: UUID | None = field(default=None, kw_only=True)
    next: UUID | None = field(default=None, kw_only=True)

    @property
    def is_continue(self) -> bool:
        return is_continue(self.message)

    def set_position(self, versions: list[UUID]) -> None:
        """Set the place among these versions, oldest first."""
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
    note_level: str = "quiet"
    thinking_html: str = ""
    is_last: bool = True
    can_retry: bool = False
    #: Whether trying again is what helps now, so that it is a button with its name on it.
    offers_retry: bool = False
    can_continue: bool = False
    #: The models with which it can be tried again, where there is a choice.
    retry_models: list[Model] = field(default_factory=list)
    staff_detail: list[tuple[str, str]] = field(default_factory=list)
    left_out_before: bool = False
    is_older_than_its_question: bool = False
    usage: dict[str, Any] | None = None
    details: list[tuple[str, str]] = field(default_factory=list)
    # The form for editing a question: whether it is open, what was typed, and why it was refused.
    is_edit_form_open: bool = False
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
    def thinking_label(self) -> str:
        if self.message.is_writing:
            return _("Thoughts so far")
        return wording.describe_thinking(self.message.thinking_seconds)

    @property
    def time_label(self) -> str:
        """When it was written, in the server's time zone; with the date unless that is today."""
        moment = timezone.localtime(self.message.created)
        return date_format(moment, "H:i T" if moment.date() == timezone.localdate() else "j M Y, H:i T")

    @property
    def context_percent(self) -> int | None:
        """How full the model's window is after the last answer, once that matters."""
        percent: int = self.usage["context_percent"] if self.usage and self.is_last else 0
        return min(percent, 100) if percent >= MIN_CONTEXT_PERCENT else None

    @property
    def continue_text(self) -> str:
        return _(wording.CONTINUE)


def build_turn(message: Message, viewer: User, *, is_last: bool = True) -> Turn:
    """A turn without its versions and details; `is_last`: the last of its branch, which can be continued."""
    conversation = message.conversation
    if not message.is_answer:
        return Turn(message, author=conversation.owner.name)
    is_final = not message.is_open
    can_edit = is_final and conversation.is_editable_by(viewer)
    can_retry = can_edit and not REPEATING & {message.stop_reason, message.error_code}
    return Turn(
        message,
        author="Claude",
        html=mark_safe(render_and_cache_html(message)),  # noqa: S308 (the renderer's own output)
        note=build_note(message),
        note_level=NOTE_LEVELS.get(Message.State(message.state), "quiet"),
        thinking_html=mark_safe(message.thinking_html),  # noqa: S308 (the renderer's own output)
        is_last=is_last,
        can_retry=can_retry,
        offers_retry=can_retry and message.state in UNFINISHED_STATES and message.error_code not in LASTING,
        retry_models=list_retry_models(message, can_retry=can_retry) if can_edit else [],
        can_continue=can_edit and is_last and bool(message.text) and was_cut(message),
        staff_detail=staff_detail(message) if viewer.is_staff else [],
    )


def build_turns(messages: list[Message], parents: Parents, conversation: Conversation, viewer: User) -> list[Turn]:
    """The turns of a branch, each with its place among its versions."""
    turns = [build_turn(message, viewer, is_last=message.pk == conversation.head_id) for message in messages]
    head = Conversation.objects.filter(pk=conversation.pk)
    sent_from = head.values_list("head__sent_from", flat=True).first()
    versions = children_of(parents)
    for turn in turns:
        turn.set_position(versions[turn.message.parent_id])
        turn.left_out_before = turn.message.pk == sent_from
    for above, turn in pairwise(turns):
        turn.is_older_than_its_question = turn.message.is_answer and turn.message.created < above.message.created
    add_details(turns, conversation, viewer)
    return turns


def add_details(turns: list[Turn], conversation: Conversation, viewer: User) -> None:
    """Add what the final answers used; as many queries for many turns as for one."""
    final = [turn for turn in turns if turn.message.is_answer and not turn.message.is_open]
    usage = summarize_usage([turn.message for turn in final], conversation, viewer) if final else {}
    for turn in final:
        turn.usage = usage.get(turn.message.pk)
        turn.details = build_detail_rows(turn.message, turn.usage, for_staff=viewer.is_staff)


def render_and_cache_html(message: Message) -> str:
    """The text of an answer as HTML: from the row, or rendered again when an older renderer made that.

    What is being written is rendered as its stream is, which then takes over without a change. What Claude thought is
    rendered with it, into the message.
    """
    if message.is_writing:
        renderer = markdown.IncrementalRenderer(message.text, opening=find_continued_opening(message))
        renderer.flush()
        return "".join(renderer.snapshot())
    if message.html_version == markdown.VERSION:
        return message.html
    html = markdown.render(continued_text(message))
    message.thinking_html = markdown.render(message.thinking) if message.thinking else ""
    cached = {"html": html, "thinking_html": message.thinking_html, "html_version": markdown.VERSION}
    Message.objects.filter(pk=message.pk, text=message.text).update(**cached)
    return html


def list_retry_models(message: Message, *, can_retry: bool) -> list[Model]:
    """The models that are offered for another attempt; that of the answer only where it may do better."""
    models = [model for model in available_models() if can_retry or model.id != message.model]
    return models if [model.id for model in models] != [message.model] else []


def was_cut(message: Message) -> bool:
    return message.state != Message.State.COMPLETE or message.stop_reason in CUT_REASONS


def build_note(message: Message) -> str:
    return wording.describe_end(
        state=message.state,
        ending=message.ending,
        error_code=message.error_code,
        stop_reason=message.stop_reason,
        is_empty=not message.text.strip(),
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


def build_complete_turn(message: Message, viewer: User) -> Turn:
    """The complete turn of one message outside its thread, for the frames of a stream."""
    turn = build_turn(message, viewer)
    versions = message.versions()
    # The row may be deleted meanwhile, and its readers get its end all the same.
    turn.set_position(versions if message.pk in versions else [message.pk])
    add_details([turn], message.conversation, viewer)
    return turn


def render(*turns: Turn) -> str:
    """The HTML of new or finished turns, for a frame; the page adds the CSRF token to its forms itself."""
    return "".join(
        render_to_string("conversations/_turn.html", {"turn": turn, "csrf_token": "NOTPROVIDED"}) for turn in turns
    )
