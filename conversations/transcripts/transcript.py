"""A conversation as staff read it: the path to any message, with what each answer used and how it ended.

Looking changes nothing: the owner's `head` stays where it is. Called by the admin's pages and by the exports.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from conversations.claude.models import get_model
from conversations.costs.money import format_dollars
from conversations.models import Conversation, Message, UnknownMessage, Usage
from conversations.models.tree import Parents, children_of, newest_leaf, path_to
from conversations.presentation import wording
from conversations.presentation.details import calls_of, cost_of
from conversations.presentation.turns import NOTE_KINDS, Versioned, prose

TURNS = 40


@dataclass(slots=True)
class Entry(Versioned):
    """What the transcript shows of one message."""

    author: str
    html: str = ""
    note: str = ""
    note_kind: str = "quiet"
    #: The instructions, where they are not those of the answer before.
    system: str | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Transcript:
    """One page of the path from the first question to `leaf`."""

    conversation: Conversation
    leaf: UUID | None
    entries: list[Entry]
    page: Page[UUID]
    cost: str
    #: How many messages there are, those on no path shown included.
    size: int


def transcript_of(
    conversation: Conversation, message: UUID | None = None, page: str | None = None, *, whole: bool = False
) -> Transcript:
    """The page on which `message` stands, or the last one. Raises UnknownMessage when it is of another conversation."""
    parents = conversation.parents()
    if message is not None and message not in parents:
        raise UnknownMessage
    leaf = _leaf(conversation, message, parents)
    path = path_to(leaf, parents)
    pages = Paginator(path, max(len(path), 1) if whole else TURNS)
    shown = pages.get_page(page or (path.index(message) // pages.per_page + 1 if message else pages.num_pages))
    entries = list(_entries(conversation, list(shown.object_list), parents))
    calls = Usage.objects.filter(conversation=conversation)
    return Transcript(conversation, leaf, entries, shown, format_dollars(cost_of(calls)), len(parents))


def _leaf(conversation: Conversation, message: UUID | None, parents: Parents) -> UUID | None:
    """The end of the path: below `message`, or what the owner sees."""
    if message is None and conversation.head_id:
        return conversation.head_id
    start = message or next(iter(parents), None)
    return newest_leaf(start, parents) if start else None


def _entries(conversation: Conversation, shown: list[UUID], parents: Parents) -> Iterator[Entry]:
    messages = conversation.messages.in_bulk(shown)
    calls = calls_of(list(messages.values()), conversation)
    versions, system = children_of(parents), None
    for each in shown:
        entry = _entry(conversation, messages[each], calls.get(each, []))
        entry.stand_among(versions[entry.message.parent_id])
        if entry.message.is_answer and entry.message.system != system:
            entry.system = system = entry.message.system
        yield entry


def _entry(conversation: Conversation, message: Message, calls: list[Usage]) -> Entry:
    if not message.is_answer:
        return Entry(message, author=conversation.owner.name)
    return Entry(
        message,
        author="Claude",
        html=mark_safe(prose(message)),  # noqa: S308 (the renderer's own output)
        note=note_for_staff(message, str(conversation.owner)),
        note_kind=NOTE_KINDS.get(Message.State(message.state), "quiet"),
        facts=[(label, value) for label, value in _facts(message, calls) if value],
    )


def note_for_staff(message: Message, owner: str) -> str:
    return wording.for_staff(
        owner,
        ending=message.ending,
        error_code=message.error_code,
        stop_reason=message.stop_reason,
        empty=not message.text.strip(),
    )


def _facts(message: Message, calls: list[Usage]) -> Iterator[tuple[str, str]]:
    """How an answer came about, as label and value; what is not known is empty."""
    yield _("Model"), get_model(message.model).name if message.model else ""
    yield _("State"), str(message.get_state_display())
    yield _("Ending"), str(message.get_ending_display()) if message.ending else ""
    yield _("Stop reason"), message.stop_reason
    yield _("Begun"), _moment(message.created)
    yield _("Finished"), _moment(message.finished) if message.finished else ""
    yield _("Tokens"), _tokens(calls)
    yield _("Cost"), format_dollars(cost_of(calls)) if calls else ""
    yield _("Error code"), message.error_code
    yield _("Cause"), message.error_detail
    yield _("Request"), message.request_id


def _moment(when: datetime) -> str:
    return date_format(localtime(when), "j F Y, H:i:s")


def _tokens(calls: list[Usage]) -> str:
    if not calls:
        return ""
    counts = {
        "sent": f"{sum(call.prompt_tokens for call in calls):,}",
        "cached": f"{sum(call.cache_read_tokens for call in calls):,}",
        "received": f"{sum(call.output_tokens for call in calls):,}",
    }
    text = _("%(sent)s sent, %(cached)s of them from the cache; %(received)s received") % counts
    return f"{text} ({_('estimated')})" if any(call.estimated for call in calls) else text
