"""Finds messages of many people by the words in their texts, newest first. Called by the admin's search in texts."""

import re
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from conversations.models import Message, SearchEntry
from conversations.models.message import MessageQuerySet
from conversations.models.words import fold, is_unspaced, split_words
from conversations.search.query import Query, Term

#: People whose words are looked up with one query.
OWNERS_PER_QUERY = 200


def find_newest_messages(
    messages: MessageQuerySet, words: Sequence[str], number: int, *, owners: Sequence[int]
) -> list[Message]:
    """Return at most `number` finished messages of these people that contain all of the words, newest first.

    A word may be the beginning of one in the text; case and accents make no difference. Signs in it must occur as well.
    """
    query = Query(tuple(Term((part,), is_prefix=True) for word in words for part in split_words(fold(word))))
    found: list[Message] = []
    for start in range(0, len(owners), OWNERS_PER_QUERY):
        entries = query.select_entries(SearchEntry.objects.all(), owners[start : start + OWNERS_PER_QUERY])
        matches = messages.filter(containing(words), pk__in=entries.values("message"))
        found += matches.order_by(_order_by_unindexed_date(), "-id")[:number]
    return sorted(found, key=lambda message: (message.created, message.pk), reverse=True)[:number]


def containing(words: Sequence[str]) -> Q:
    """What the index does not tell: that the parts of a word follow one another, with the signs between them."""
    condition = Q()
    for word in words:
        if not _is_indexed(word):
            condition &= Q(text__icontains=word)
    return condition


def matching(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words in a folded text, the longest first."""
    folded = [fold(word) for word in sorted(words, key=len, reverse=True)]
    return re.compile(
        "|".join(Term((word,), True).pattern if _is_indexed(word) else re.escape(word) for word in folded)
    )


def _is_indexed(word: str) -> bool:
    folded = fold(word)
    return split_words(folded) == [folded] and not (is_unspaced(folded) and len(folded) > 2)


def older_than(message: Message) -> Q:
    """Messages that come after `message` in a list that shows the newest first."""
    return Q(created__lte=message.created) & ~Q(created=message.created, id__gte=message.pk)


def _order_by_unindexed_date() -> OrderBy:
    """Order by date in a way that keeps PostgreSQL from reading the index of dates.

    With a plain "-created" and a LIMIT its planner may walk the messages from the newest one, reading every text until
    enough are found. No index holds a sum, so it looks the words up first and then sorts the few messages found.
    """
    return (F("created") + timedelta(0)).desc()
