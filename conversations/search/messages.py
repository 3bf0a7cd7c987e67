"""Finds messages by the words in their texts, newest first. Called by the admin's search in texts."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower

from conversations.models import Message
from conversations.models.message import MessageQuerySet

#: How many of the newest messages are scanned before the index of words is used.
RECENT_SCAN = 3000


def find_newest_messages(messages: MessageQuerySet, words: Sequence[str], number: int) -> list[Message]:
    """Return at most `number` finished messages that contain all of the words, newest first. Case makes no difference.

    PostgreSQL cannot estimate how many texts contain a word, so no single query is fast for frequent words and for
    rare ones. The newest messages are scanned first, which soon finds frequent words. The index is used only if the
    scan found too few.
    """
    finished = messages.exclude(state=Message.State.WRITING).order_by("-created", "-id")
    scanned_from = finished.values_list("created", flat=True)[RECENT_SCAN : RECENT_SCAN + 1].first()
    matches = list(_scan(finished, words, scanned_from)[:number])
    if scanned_from is None or len(matches) == number:
        return matches
    return list(finished.filter(containing(words)).order_by(_order_by_unindexed_date(), "-id")[:number])


def containing(words: Iterable[str]) -> Q:
    """Texts that contain all of the words. For finished messages PostgreSQL has an index of this (migration 0005)."""
    condition = Q()
    for word in words:
        condition &= Q(text__icontains=word)
    return condition


def older_than(message: Message) -> Q:
    """Messages that come after `message` in a list that shows the newest first."""
    return Q(created__lte=message.created) & ~Q(created=message.created, id__gte=message.pk)


def _scan(messages: MessageQuerySet, words: Iterable[str], since: datetime | None) -> MessageQuerySet:
    """Return the messages that contain all of the words and were created at `since` or later.

    Compares in lower case, so that PostgreSQL reads the messages and not the index of words, which is in upper case.
    """
    scanned = messages.alias(lower_text=Lower("text"))
    if since is not None:
        scanned = scanned.filter(created__gte=since)
    for word in words:
        scanned = scanned.filter(lower_text__contains=Lower(Value(word)))
    return scanned


def _order_by_unindexed_date() -> OrderBy:
    """Order by date in a way that keeps PostgreSQL from reading the index of dates.

    With a plain "-created" and a LIMIT its planner may walk the messages from the newest one, reading every text until
    enough are found. No index holds a sum, so it looks the words up first and then sorts the few messages found.
    """
    return (F("created") + timedelta(0)).desc()
