"""What the calls to Claude used and cost, summed up by month, model, purpose and person. Used by the admin.

Takes the rows of Usage to look at and gives plain values. Amounts are millionths of a US dollar.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from conversations.costs.money import dollars
from conversations.models import MonthlySpending, TeamSettings, Usage
from conversations.models.budget import WARNED_AT
from conversations.models.months import add_months, created_in, month_of, months_between, start_of_month, this_month

#: How many months are shown beside each other.
SHOWN = 12
RUNNING = Q(state=Usage.State.OPEN)
#: In the order of the fields of Sums; the names must not be those of the columns.
SUMS = {
    "the_calls": Count("*"),
    "the_priced": Count("cost"),
    "the_cost": Sum("cost", default=0),
    "the_running": Count("pk", filter=RUNNING),
    "the_estimated": Count("pk", filter=Q(estimated=True)),
    "the_sent": Sum(
        F("input_tokens") + F("cache_write_5m_tokens") + F("cache_write_1h_tokens") + F("cache_read_tokens")
    ),
    "the_cached": Sum("cache_read_tokens"),
    "the_written": Sum("output_tokens"),
}
#: Those that the index `usage_by_month` holds: read without the rows themselves.
INDEXED = ("the_calls", "the_priced", "the_cost")


@dataclass(frozen=True, slots=True)
class Sums:
    """What some calls used and cost together; `cost` is that of the `priced` ones, `sent` holds the `cached` ones."""

    calls: int = 0
    priced: int = 0
    cost: int = 0
    running: int = 0
    estimated: int = 0
    sent: int = 0
    cached: int = 0
    written: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def unknown(self) -> int:
        """How many calls are over and have no known price."""
        return self.calls - self.priced - self.running

    @property
    def dollars(self) -> str:
        return dollars(self.cost)


class Row(NamedTuple):
    """The calls of a month that have model, purpose and, where it was asked for, person in common."""

    model: str
    purpose: str
    user: int | None
    sums: Sums


class Part(NamedTuple):
    """A line of a table: a model, a purpose or a person, and the sums."""

    key: str | int | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class Budget:
    """How far a month has come towards the limit; `reserved` is what running calls may cost at most."""

    month: date
    spent: int
    reserved: int
    limit: int | None

    @property
    def percent(self) -> int:
        """How much of the limit is spent, rounded down: 100 means that nothing is left."""
        return 100 * self.spent // self.limit if self.limit else 100

    @property
    def is_near(self) -> bool:
        return self.limit is not None and self.percent >= WARNED_AT

    @property
    def used_up(self) -> bool:
        return self.limit is not None and self.spent >= self.limit


def shown_with(month: date) -> list[date]:
    """The months to show when this one is chosen: the last ones, or those before it when it is longer ago."""
    now = this_month()
    last = now if month > add_months(now, -SHOWN) else month
    return months_between(add_months(last, 1 - SHOWN), last)


def months_with_calls(usage: QuerySet[Usage]) -> list[date]:
    """From the month of the first call there is to this one."""
    first = usage.order_by("created").values_list("created", flat=True).first()
    return months_between(month_of(first), this_month()) if first else []


def has_calls_before(usage: QuerySet[Usage], month: date) -> bool:
    return usage.filter(created__lt=start_of_month(month)).exists()


def by_month(usage: QuerySet[Usage], shown: Iterable[date]) -> dict[date, Sums]:
    """Calls and costs of each month, from the index alone: tokens would need every row of a year."""
    # Whether a call still runs is not in the index; but it is new, and has no cost yet.
    new = usage.filter(RUNNING, cost=None, created__gte=timezone.now() - timedelta(days=1))
    running = Counter(month_of(created) for created in new.values_list("created", flat=True))
    return {month: _indexed(_of_month(usage, month)) + Sums(running=running[month]) for month in shown}


def rows(usage: QuerySet[Usage], month: date, *, people: bool) -> list[Row]:
    """All sums of one month in one query; by person only where people may be seen."""
    keys = ["model", "purpose", "user"] if people else ["model", "purpose"]
    found = _of_month(usage, month).values(*keys).annotate(**SUMS).values_list(*keys, *SUMS)
    return [Row(row[0], row[1], row[2] if people else None, Sums(*row[len(keys) :])) for row in found]


def parts(found: Iterable[Row], key: Callable[[Row], str | int | None]) -> list[Part]:
    """Rows that have something in common put together, the dearest first."""
    together: dict[str | int | None, Sums] = {}
    for row in found:
        together[key(row)] = together.get(key(row), Sums()) + row.sums
    every = [Part(*each) for each in together.items()]
    return sorted(every, key=lambda part: (-part.sums.cost, -part.sums.calls, str(part.key)))


def budget(usage: QuerySet[Usage]) -> Budget:
    """This month's."""
    month, limit = this_month(), TeamSettings.current().monthly_limit
    # The row is made with the month's first reservation; until then the calls themselves are summed up.
    row = MonthlySpending.objects.filter(month=month).first()
    spent = row.spent if row else _indexed(_of_month(usage, month)).cost
    return Budget(month, spent, row.reserved if row else 0, None if limit is None else int(limit * 1_000_000))


def _of_month(usage: QuerySet[Usage], month: date) -> QuerySet[Usage]:
    return usage.filter(created_in(month)).order_by()


def _indexed(usage: QuerySet[Usage]) -> Sums:
    found = usage.aggregate(**{name: SUMS[name] for name in INDEXED})
    return Sums(*(found[name] for name in INDEXED))
