"""A message as a viewer sees it: in the history, and in the first and the last frame of a stream."""

import uuid
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chatsite.accounts.models import User
from conversations.claude.models import Model, available_models, get_model
from conversations.models import Attachment, Conversation, Message
from conversations.models.tree import Parents, children_of
from conversations.presentation import wording
from conversations.presentation.continuing import is_continue
from conversations.presentation.details import build_detail_rows, summarize_usage
from conversations.presentation.labels import translate_labels
from conversations.presentation.rendering import render_and_cache_html
from conversations.presentation.sources import ShownSource, copy_answer, list_sources
from conversations.presentation.summaries import ShownSummary, find_summaries, find_summary
from conversations.presentation.versions import Versioned, add_files, add_tools

UNFINISHED_STATES = {Message.State.STOPPED, Message.State.INTERRUPTED, Message.State.FAILED}
NOTE_LEVELS = {Message.State.FAILED: "danger", Message.State.INTERRUPTED: "warn"}
#: Stop reasons of complete answers that can be continued.
CUT_REASONS = {"max_tokens", "pause_turn"}
#: Stop reasons and error codes after which the same question to the same model ends in the same way.
REPEATING = {"refusal", "model_context_window_exceeded", "too_large", "invalid_request"}
#: Error codes that somebody else has to deal with before another attempt can help.
LASTING = {"budget_spent", "model_unavailable", "access_ended"}
#: What helps where trying again does not, by stop reason and error code; `_ways_on.html` has a button for each.
NEXT_STEPS = {
    "refusal": "edit",
    "invalid_request": "edit",
    "too_large": "new",
    "model_context_window_exceeded": "new",
    "model_unavailable": "model",
    "budget_spent": "usage",
}
#: From this share of a model's window on, people see how full it is.
MIN_CONTEXT_PERCENT = 50


@dataclass(slots=True)
class Turn(Versioned):
    """What `_turn.html` shows of one message."""

    author: str
    note: str = ""
    note_level: str = "quiet"
    thinking_html: str = ""
    sources: list[ShownSource] = field(default_factory=list)
    is_last: bool = True
    can_retry: bool = False
    #: Whether trying again is what helps now, so that it is a button with its name on it.
    offers_retry: bool = False
    #: Whether there is more to come of its text. Only the last turn can be continued.
    is_cut: bool = False
    can_continue: bool = False
    #: One of the values of NEXT_STEPS, or empty.
    next_step: str = ""
    can_fork: bool = False
    #: The models with which it can be tried again, where there is a choice.
    retry_models: list[Model] = field(default_factory=list)
    staff_detail: list[tuple[str, str]] = field(default_factory=list)
    #: The summary of all turns above, which Claude is sent in their place; else whether these are left out.
    summary: ShownSummary | None = None
    left_out_before: bool = False
    #: Where an answer was sent with a summary: what the page shows above the turn `sent_from`.
    sent_summary: ShownSummary | None = None
    is_older_than_its_question: bool = False
    usage: dict[str, Any] | None = None
    details: list[tuple[str, str]] = field(default_factory=list)
    # The form for editing a question: whether it is open, what was typed, and why it was refused.
    is_edit_form_open: bool = False
    draft: str = ""
    problem: str = ""
    #: The files in that form where it was refused.
    draft_files: list[Attachment] | None = None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def conversation_id(self) -> UUID:
        return self.message.conversation_id

    @property
    def model_name(self) -> str:
        return get_model(self.message.model).name

    @property
    def thinking_label(self) -> str:
        return wording.describe_thinking(self.message.thinking_seconds)

    @property
    def time_label(self) -> str:
        """When it was written, in the server's time zone; with the date unless that is today."""
        moment = timezone.localtime(self.message.created)
        name = "TIME_FORMAT" if moment.date() == timezone.localdate() else "SHORT_DATETIME_FORMAT"
        return f"{date_format(moment, name)} {date_format(moment, 'T')}"

    @property
    def context_percent(self) -> int | None:
        """How full the model's window is after the last answer, once that matters."""
        percent: int = self.usage["context_percent"] if self.usage and self.is_last else 0
        return min(percent, 100) if percent >= MIN_CONTEXT_PERCENT else None

    @property
    def copied_text(self) -> str:
        return copy_answer(self.message)

    @property
    def asks_for_decision(self) -> bool:
        """Whether it has forms in which the viewer approves or denies calls of tools."""
        return any(step.can_decide for row in self.tools for step in row.steps)

    @property
    def edited_files(self) -> list[Attachment]:
        """What the form for editing begins with."""
        return self.files if self.draft_files is None else self.draft_files

    @property
    def is_context_counted(self) -> bool:
        return self.message.context_tokens is not None

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
    is_cut = bool(message.text) and was_cut(message)
    return Turn(
        message,
        author="Claude",
        html=translate_labels(render_and_cache_html(message)),
        note=build_note(message),
        note_level=NOTE_LEVELS.get(Message.State(message.state), "quiet"),
        thinking_html=translate_labels(message.thinking_html),
        sources=list_sources(message),
        is_last=is_last,
        can_retry=can_retry,
        offers_retry=can_retry and is_unfinished(message) and message.error_code not in LASTING,
        retry_models=list_retry_models(message, can_retry=can_retry) if can_edit else [],
        can_fork=can_edit,
        is_cut=is_cut,
        can_continue=can_edit and is_last and is_cut,
        next_step=find_next_step(message) if can_edit else "",
        staff_detail=staff_detail(message) if viewer.is_staff else [],
    )


def build_turns(messages: list[Message], parents: Parents, conversation: Conversation, viewer: User) -> list[Turn]:
    """The turns of a branch, each with its place among its versions."""
    for parent, message in pairwise(messages):
        message.parent = parent  # which would be queried otherwise, for each message that needs it
    turns = [build_turn(message, viewer, is_last=message.pk == conversation.head_id) for message in messages]
    versions = children_of(parents)
    for turn in turns:
        turn.set_position(versions[turn.message.parent_id])
    add_files(turns)
    add_tools(turns)
    add_summaries(turns, parents, find_sent_from(messages, conversation))
    for above, turn in pairwise(turns):
        turn.is_older_than_its_question = turn.message.is_answer and turn.message.created < above.message.created
    add_details(turns, conversation, viewer)
    return turns


def find_sent_from(messages: list[Message], conversation: Conversation) -> UUID | None:
    """Where the part begins that was sent with the last answer, which may be below these messages."""
    for message in messages:
        if message.pk == conversation.head_id:
            return message.sent_from_id
    head = Conversation.objects.filter(pk=conversation.pk)
    return head.values_list("head__sent_from", flat=True).first()


def add_summaries(turns: list[Turn], parents: Parents, sent_from: UUID | None) -> None:
    """Add the summaries above the turns of a branch, and the line above `sent_from` unless a summary is below it."""
    summaries = find_summaries([turn.message.parent_id for turn in turns], parents)
    for turn in turns:
        turn.summary = summaries.get(turn.message.parent_id)
    places = [turn.message.pk for turn in turns]
    newest = max((place for place, turn in enumerate(turns) if turn.summary), default=-1)
    if sent_from in places and places.index(sent_from) > newest:
        turns[places.index(sent_from)].left_out_before = True


def add_details(turns: list[Turn], conversation: Conversation, viewer: User) -> None:
    """Add what the final answers used; as many queries for many turns as for one."""
    final = [turn for turn in turns if turn.message.is_answer and not turn.message.is_open]
    usage = summarize_usage([turn.message for turn in final], conversation, viewer) if final else {}
    for turn in final:
        turn.usage = usage.get(turn.message.pk)
        turn.details = build_detail_rows(turn.message, turn.usage, for_staff=viewer.is_staff)


def find_next_step(message: Message) -> str:
    """What helps where trying again does not: one of the values of NEXT_STEPS, or ""."""
    step = NEXT_STEPS.get(message.error_code or message.stop_reason, "")
    # There are no words of the person to edit where they have pressed Continue.
    return "" if step == "edit" and message.parent and is_continue(message.parent) else step


def list_retry_models(message: Message, *, can_retry: bool) -> list[Model]:
    """The models that are offered for another attempt; that of the answer only where it may do better."""
    models = [model for model in available_models() if can_retry or model.id != message.model]
    return models if [model.id for model in models] != [message.model] else []


def is_unfinished(message: Message) -> bool:
    return message.state in UNFINISHED_STATES or not message.text.strip()


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
    turn.summary = find_summary(message.parent_id, message.conversation) if not message.is_answer else None
    if message.sent_from_id is not None:
        end = Message.objects.filter(pk=message.sent_from_id).values_list("parent", flat=True).first()
        turn.sent_summary = find_summary(end, message.conversation)
    add_details([turn], message.conversation, viewer)
    add_files([turn])
    add_tools([turn])
    return turn


def render(*turns: Turn) -> str:
    """The HTML of new or finished turns, for a frame; the page adds the CSRF token to its forms itself."""
    return "".join(
        render_to_string("conversations/_turn.html", {"turn": turn, "csrf_token": "NOTPROVIDED"}) for turn in turns
    )
