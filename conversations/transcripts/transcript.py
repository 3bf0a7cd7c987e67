"""A conversation as staff read it: the path to any message, with what each answer used and how it ended.

Reading changes nothing: the owner's `head` stays where it is. Used by the pages of the admin and by the exports.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.core.paginator import Page, Paginator

from conversations.models import Conversation, Message, UnknownMessage, Usage
from conversations.models.tree import Parents, children_of, newest_leaf, path_to
from conversations.presentation import wording
from conversations.presentation.details import format_costs, get_calls
from conversations.presentation.labels import translate_labels
from conversations.presentation.rendering import render_and_cache_html
from conversations.presentation.sources import ShownSource, list_sources
from conversations.presentation.summaries import ShownSummary, find_summaries
from conversations.presentation.turns import NOTE_LEVELS
from conversations.presentation.versions import Versioned, add_files, add_tools
from conversations.transcripts.facts import list_facts

PAGE_SIZE = 40


@dataclass(slots=True)
class Entry(Versioned):
    """What the transcript shows of one message."""

    author: str
    #: The summary that Claude is sent instead of all messages above.
    summary: ShownSummary | None = None
    note: str = ""
    note_level: str = "quiet"
    sources: list[ShownSource] = field(default_factory=list)
    #: The instructions sent with an answer, if they differ from those of the answer before; else None.
    system: str | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Transcript:
    """One page of the path from the first question to `leaf`."""

    conversation: Conversation
    leaf: UUID | None
    entries: list[Entry]
    page: Page[UUID]
    cost: str
    #: The number of messages in the conversation, in all versions.
    size: int


def build_transcript(
    conversation: Conversation, message: UUID | None = None, page: str | None = None, *, all_pages: bool = False
) -> Transcript:
    """Return a page of the path through `message`: the named page, the one with the message, or the last one.

    Without a message it is the path that the owner sees. With `all_pages` the whole path is on one page.
    Raises UnknownMessage if the message is not in the conversation.
    """
    parents = conversation.parents()
    if message is not None and message not in parents:
        raise UnknownMessage
    leaf = find_leaf(conversation, message, parents)
    path = path_to(leaf, parents)
    paginator = Paginator(path, max(len(path), 1) if all_pages else PAGE_SIZE)
    default_page = path.index(message) // paginator.per_page + 1 if message else paginator.num_pages
    current = paginator.get_page(page or default_page)
    calls = Usage.objects.filter(conversation=conversation)
    return Transcript(
        conversation=conversation,
        leaf=leaf,
        entries=build_entries(conversation, list(current.object_list), parents),
        page=current,
        cost=format_costs(calls),
        size=len(parents),
    )


def find_leaf(conversation: Conversation, message: UUID | None, parents: Parents) -> UUID | None:
    """Return the end of the path through `message`, or of the one that the owner sees; None without any messages."""
    if message is not None:
        return newest_leaf(message, parents)
    if conversation.head_id is not None:
        return conversation.head_id
    first = next(iter(parents), None)
    return newest_leaf(first, parents) if first else None


def build_entries(conversation: Conversation, path: list[UUID], parents: Parents) -> list[Entry]:
    messages = conversation.messages.in_bulk(path)
    calls = get_calls(list(messages.values()), conversation)
    versions = children_of(parents)
    summaries = find_summaries([messages[key].parent_id for key in path], parents)
    entries = []
    system = None
    for key in path:
        message = messages[key]
        entry = build_entry(conversation, message, calls.get(key, []))
        entry.set_position(versions[message.parent_id])
        entry.summary = summaries.get(message.parent_id)
        if message.is_answer and message.system != system:
            entry.system = system = message.system
        entries.append(entry)
    add_files(entries)
    add_tools(entries)
    return entries


def build_entry(conversation: Conversation, message: Message, calls: list[Usage]) -> Entry:
    if not message.is_answer:
        return Entry(message, author=conversation.owner.name)
    note = wording.describe_end_for_staff(
        str(conversation.owner),
        state=message.state,
        ending=message.ending,
        error_code=message.error_code,
        stop_reason=message.stop_reason,
        is_empty=not message.text.strip(),
    )
    return Entry(
        message,
        author="Claude",
        html=translate_labels(render_and_cache_html(message)),
        note=note,
        note_level=NOTE_LEVELS.get(Message.State(message.state), "quiet"),
        sources=list_sources(message),
        facts=list_facts(message, calls),
    )
