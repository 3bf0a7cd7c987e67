"""What calls to Claude used and cost, added up by month, model, purpose and person. Used by the admin.

Functions take the rows of Usage to add up and return plain values. Amounts are in micro-dollars.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from conversations.costs.money import format_dollars
from conversations.models import Usage
from conversations.models.months import add_months, created_in, month_of, months_between, start_of_month, this_month

#: How many months the cost page shows beside each other.
MONTHS_SHOWN = 12
IS_RUNNING = Q(state=Usage.State.OPEN)
#: How each field of Totals is computed in the database. No name may be that of a field of Usage.
AGGREGATES = {
    "calls": Count("*"),
    "priced_calls": Count("cost"),
    "running_calls": Count("pk", filter=IS_RUNNING),
    "estimated_calls": Count("pk", filter=Q(estimated=True)),
    "spent": Sum("cost", default=0),
    "sent_tokens": Sum(
        F("input_tokens") + F("cache_write_5m_tokens") + F("cache_write_1h_tokens") + F("cache_read_tokens")
    ),
    "cached_tokens": Sum("cache_read_tokens"),
    "written_tokens": Sum("output_tokens"),
    "saved_by_cache": Sum("saved", default=0),
    "searches": Sum("web_searches", default=0),
}
#: The fields whose values are read from the index `usage_by_month`, without reading the rows.
INDEXED_AGGREGATES = {
    "calls": AGGREGATES["calls"],
    "priced_calls": AGGREGATES["priced_calls"],
    "spent": AGGREGATES["spent"],
}

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What some calls used and cost together."""

    calls: int = 0
    #: The calls whose cost is known, and what these cost.
    priced_calls: int = 0
    spent: int = 0
    running_calls: int = 0
    estimated_calls: int = 0
    #: All tokens of the prompts, and how many of them Claude read from its cache.
    sent_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    #: What the prompts would have cost more without the cache.
    saved_by_cache: int = 0
    #: In the web, with Claude's own tool: each costs a fee, which is in what was spent.
    searches: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            calls=self.calls + other.calls,
            priced_calls=self.priced_calls + other.priced_calls,
            spent=self.spent + other.spent,
            running_calls=self.running_calls + other.running_calls,
            estimated_calls=self.estimated_calls + other.estimated_calls,
            sent_tokens=self.sent_tokens + other.sent_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            written_tokens=self.written_tokens + other.written_tokens,
            saved_by_cache=self.saved_by_cache + other.saved_by_cache,
            searches=self.searches + other.searches,
        )

    @property
    def unpriced_calls(self) -> int:
        """How many calls have ended and have no known cost."""
        return self.calls - self.priced_calls - self.running_calls

    @property
    def dollars(self) -> str:
        return format_dollars(self.spent)

    @property
    def saved_dollars(self) -> str:
        return format_dollars(self.saved_by_cache)

    @property
    def cached_percent(self) -> int:
        """How much of the prompts Claude read from its cache."""
        return round(100 * self.cached_tokens / self.sent_tokens) if self.sent_tokens else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageGroup:
    """The calls of a month that have the same model, purpose and, if grouped by person, the same person."""

    model: str
    purpose: str
    user_id: int | None = None
    totals: Totals


def choose_months(chosen: date) -> list[date]:
    """Return the months to show with the chosen one: the newest, or those up to the chosen one if it is older."""
    newest = this_month()
    last = newest if chosen > add_months(newest, -MONTHS_SHOWN) else chosen
    return months_between(add_months(last, 1 - MONTHS_SHOWN), last)


def months_since_first_call(usage: QuerySet[Usage]) -> list[date]:
    first = usage.order_by("created").values_list("created", flat=True).first()
    return months_between(month_of(first), this_month()) if first else []


def has_calls_before(usage: QuerySet[Usage], month: date) -> bool:
    return usage.filter(created__lt=start_of_month(month)).exists()


def total_of_month(usage: QuerySet[Usage], month: date) -> Totals:
    """Return the calls and costs of a month, read from the index alone: tokens would need every row."""
    return Totals(**usage.filter(created_in(month)).order_by().aggregate(**INDEXED_AGGREGATES))


def totals_by_month(usage: QuerySet[Usage], months: Iterable[date]) -> dict[date, Totals]:
    """Return the calls and costs of each month, running calls included."""
    # The index does not tell whether a call is running. But a running call is new and has no cost yet.
    running = usage.filter(IS_RUNNING, cost=None, created__gte=timezone.now() - timedelta(days=1))
    running_calls = Counter(month_of(created) for created in running.values_list("created", flat=True))
    return {month: total_of_month(usage, month) + Totals(running_calls=running_calls[month]) for month in months}


def group_calls(usage: QuerySet[Usage], month: date, *, by_person: bool) -> list[UsageGroup]:
    """Return the calls of a month in groups, from one query."""
    keys = ["model", "purpose", "user_id"] if by_person else ["model", "purpose"]
    rows = usage.filter(created_in(month)).order_by().values(*keys).annotate(**AGGREGATES)
    return [
        UsageGroup(**{key: row[key] for key in keys}, totals=Totals(**{name: row[name] for name in AGGREGATES}))
        for row in rows
    ]


def totals_by(groups: Iterable[UsageGroup], key: Callable[[UsageGroup], Key]) -> dict[Key, Totals]:
    """Return the totals of the groups that have the same key, the most expensive first."""
    totals: dict[Key, Totals] = {}
    for group in groups:
        totals[key(group)] = totals.get(key(group), Totals()) + group.totals
    return dict(sorted(totals.items(), key=lambda item: (-item[1].spent, -item[1].calls, str(item[0]))))
