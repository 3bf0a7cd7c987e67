"""Finds a person's own conversations by what was said in them and by their titles, the best ones first."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Left
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.safestring import SafeString

from chatsite.accounts.models import User
from conversations.models import Conversation, Message, SearchEntry
from conversations.models.words import fold
from conversations.search.query import Query
from conversations.search.ranking import score_date, score_text
from conversations.search.snippets import make_message_snippet, mark_matches

#: So many titles and so many messages with all words are ranked, the newest of each.
MAX_RANKED = 200
#: So many of them are read to check whether their words follow one another.
MAX_CHECKED = 1_000
#: Of a long message so many characters count for its rank.
RANKED_CHARACTERS = 4_000
#: Hits that are shown of one conversation.
HITS_SHOWN = 3
TITLE_SCORE = 4
#: A conversation in which an answer is being written has a question from this time.
LONGEST_REPLY = timedelta(days=1)

Row = TypeVar("Row", bound=Model)


@dataclass(slots=True)
class Hit:
    """A message in which all was found."""

    message: UUID
    role: str
    created: datetime
    score: float
    snippet: SafeString = field(default_factory=SafeString)


@dataclass(slots=True)
class Result:
    """A conversation with its hits, the best ones first; none if all was found in its title alone."""

    conversation: UUID
    hits: list[Hit] = field(default_factory=list)
    #: 0: not all was found in the title.
    title_score: float = 0
    title: SafeString = field(default_factory=SafeString)
    updated: datetime | None = None

    @property
    def score(self) -> float:
        best = self.hits[0].score + math.log(len(self.hits)) if self.hits else 0
        return best + self.title_score

    @property
    def shown(self) -> list[Hit]:
        return self.hits[:HITS_SHOWN]

    @property
    def hidden_count(self) -> int:
        return len(self.hits) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Filters:
    since: datetime | None = None
    #: The first moment after the time that is searched.
    before: datetime | None = None
    model: str = ""
    has_code: bool = False

    def select(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Select among messages or entries those that were created in the time and by the model."""
        condition = Q(created__gte=self.since) if self.since else Q()
        if self.before:
            condition &= Q(created__lt=self.before)
        if self.model:
            condition &= Q(model=self.model)
        return rows.filter(condition)


def find_results(viewer: User, query: Query, filters: Filters) -> tuple[list[Result], bool]:
    """Conversations of which the title or a message has all terms, the best first. `describe` adds what is shown.

    Also returns whether there may be more: only so many of the newest titles and messages are ranked.
    """
    entries = filters.select(SearchEntry.objects.visible_to(viewer))
    if filters.has_code:
        entries = entries.filter(has_code=True)
    found = query.select_entries(entries, [viewer.pk]).order_by(IsNull(F("message"), True).desc(), "-created")
    limit = MAX_CHECKED if query.needs_check else MAX_RANKED
    rows = list(found.values_list("conversation", "message")[: MAX_RANKED + limit])
    titled = [conversation for conversation, message in rows if not message]
    messages = [message for _conversation, message in rows if message]
    if len(titled) > MAX_RANKED:
        # There was no room for all messages.
        messages = list(found.exclude(message=None).values_list("message", flat=True)[:limit])
    results: dict[UUID, Result] = {}
    for conversation, hit in find_hits(viewer, query, filters, messages):
        results.setdefault(conversation, Result(conversation)).hits.append(hit)
    for result in results.values():
        result.hits.sort(key=lambda hit: hit.score, reverse=True)
    titles = Conversation.objects.visible_to(viewer).filter(pk__in=titled[:MAX_RANKED])
    for conversation, title, updated in titles.values_list("pk", "title", "updated"):
        if query.is_in(fold(title)):
            results.setdefault(conversation, Result(conversation)).title_score = TITLE_SCORE + score_date(
                updated, timezone.now()
            )
    number = sum(len(result.hits) for result in results.values())
    may_be_more = number >= MAX_RANKED or len(messages) >= limit or len(titled) > MAX_RANKED
    return sorted(results.values(), key=lambda result: result.score, reverse=True), may_be_more


def find_hits(viewer: User, query: Query, filters: Filters, found: list[UUID]) -> Iterator[tuple[UUID, Hit]]:
    """Hits among the messages that the index has found and among answers that are being written, with conversations."""
    visible = Message.objects.visible_to(viewer)
    # The condition on the conversation is for speed: these are found without looking into all of a person's.
    recent = visible.filter(conversation__updated__gte=timezone.now() - LONGEST_REPLY)
    writing = filters.select(recent.writing())
    yield from rank(writing.filter(text__contains="```") if filters.has_code else writing, query, check=True)
    number = 0
    for start in range(0, len(found), MAX_RANKED):
        batch = visible.filter(pk__in=found[start : start + MAX_RANKED])
        hits = list(rank(batch, query, check=query.needs_check))
        yield from hits
        number += len(hits)
        if number >= MAX_RANKED:
            break


def rank(messages: QuerySet[Message], query: Query, *, check: bool) -> Iterator[tuple[UUID, Hit]]:
    now = timezone.now()
    text = "text" if check else Left("text", RANKED_CHARACTERS)
    for conversation, pk, role, created, content in messages.values_list("conversation", "pk", "role", "created", text):
        folded = fold(content)
        if not check or query.is_in(folded):
            yield conversation, Hit(pk, role, created, score_text(query.words, folded) + score_date(created, now))


def describe(viewer: User, results: Sequence[Result], query: Query) -> list[Result]:
    """Add the titles and the snippets, with what was found marked. Returns the results that are still there."""
    conversations = Conversation.objects.visible_to(viewer).in_bulk([result.conversation for result in results])
    shown = [hit.message for result in results for hit in result.shown]
    texts: dict[Any, str] = dict(Message.objects.visible_to(viewer).filter(pk__in=shown).values_list("pk", "text"))
    described = [result for result in results if result.conversation in conversations]
    for result in described:
        conversation = conversations[result.conversation]
        result.title = mark_matches(conversation.title, query.pattern)
        result.updated = conversation.updated
        for hit in result.shown:
            # Deleted since it was found: the conversation may still be here.
            hit.snippet = make_message_snippet(hit.role, texts.get(hit.message, ""), query.pattern)
    return described
