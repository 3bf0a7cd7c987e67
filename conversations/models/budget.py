"""What all calls of a month cost together, and what those that run may still cost: kept so that a limit is exact.

Amounts are millionths of a US dollar. Written by replies: reserved before a call is made, settled after it.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models, transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from chatsite.prepared import Delete, Insert, Parameter, Select, Update
from conversations.models.message import Message
from conversations.models.months import created_in, this_month
from conversations.models.refusals import BudgetSpent, PriceUnknown
from conversations.models.team import TeamSettings
from conversations.models.usage import Usage, lost

MICRO = 1_000_000
#: Percent of the limit at which staff are told.
WARNED_AT = 80


class MonthlySpending(models.Model):
    """One row a month (in the site's time zone)."""

    month = models.DateField(_("month"), primary_key=True, help_text=_("Its first day."))
    spent = models.BigIntegerField(_("spent"), default=0)
    reserved = models.BigIntegerField(_("reserved"), default=0)
    # The limit whose near end staff have been told of; another limit is told of anew.
    warned_limit = models.DecimalField(max_digits=8, decimal_places=2, null=True, editable=False)

    class Meta:
        verbose_name = _("monthly spending")
        verbose_name_plural = _("monthly spending")
        constraints = [models.CheckConstraint(condition=Q(reserved__gte=0), name="nothing_less_than_reserved")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @classmethod
    def set_aside(cls, month: date, amount: int, limit: Decimal | None) -> bool:
        """Reserve an amount; False when the limit leaves no room for it.

        One conditional UPDATE: the database lets one transaction at a time through it, whichever process it is of.
        """
        taken = cls._take(month, amount, limit)
        if not taken and not cls.objects.filter(month=month).exists():
            cls._open(month)
            taken = cls._take(month, amount, limit)
        return taken

    @staticmethod
    def _take(month: date, amount: int, limit: Decimal | None) -> bool:
        if limit is None:
            return bool(_TAKE.run(month=month, amount=amount))
        return bool(_TAKE_WITHIN.run(month=month, amount=amount, room=int(limit * MICRO) - amount))

    @staticmethod
    def _open(month: date) -> None:
        """Make the row of a month, with what was spent in it before anything was reserved."""
        calls = Usage.objects.filter(created_in(month))
        earlier = calls.aggregate(cost=Sum("cost"))
        new = MonthlySpending(month=month, spent=earlier["cost"] or 0)
        MonthlySpending.objects.bulk_create([new], ignore_conflicts=True)

    @classmethod
    def book(cls, month: date, *, cost: int, released: int = 0) -> None:
        """Note what calls have cost, and give back what was reserved for them."""
        if cost or released:
            _BOOK.run(month=month, cost=cost, released=released)

    @classmethod
    def warn(cls, month: date, limit: Decimal) -> bool:
        """Whether staff are to be told now that most of the limit is spent: true once per limit and month."""
        due = cls.objects.filter(month=month, spent__gte=int(limit * MICRO) * WARNED_AT // 100)
        return bool(due.exclude(warned_limit=limit).update(warned_limit=limit))

    @classmethod
    def forget_warning(cls, month: date, limit: Decimal) -> None:
        """Have staff told of this limit again, because they could not be reached."""
        cls.objects.filter(month=month, warned_limit=limit).update(warned_limit=None)


class Reservation(models.Model):
    """The most that one running call may cost, counted in its month until the call is settled."""

    month = models.ForeignKey(MonthlySpending, on_delete=models.PROTECT, related_name="reservations")
    # The answer that the call is for; a title is reserved for the answer it is written beside.
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="reservations")
    purpose = models.CharField(max_length=20, choices=Usage.Purpose, default=Usage.Purpose.REPLY)
    amount = models.BigIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    # Not stored: whether there was a limit when this was made, what one call may cost, whether there were more.
    limited, each, extended = False, 0, False

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [models.UniqueConstraint(fields=["message", "purpose"], name="one_reservation_per_call")]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def make(cls, message: Message, amounts: Mapping[str, int | None]) -> dict[str, Self]:
        """Reserve the most that each call for an answer may cost, by purpose; None where no price is known.

        Only the reply is needed: where the limit has no room for a title beside it, there will be no title.
        Raises BudgetSpent, and PriceUnknown when there is a limit to keep and no price to keep it with.
        """
        limit = TeamSettings.current_limit()
        if limit is not None and amounts[Usage.Purpose.REPLY] is None:
            raise PriceUnknown
        wanted = {purpose: amount or 0 for purpose, amount in amounts.items() if limit is None or amount is not None}
        needed = {Usage.Purpose.REPLY.value: wanted[Usage.Purpose.REPLY]}
        month = this_month()
        if not MonthlySpending.set_aside(month, sum(wanted.values()), limit):
            if wanted == needed or not MonthlySpending.set_aside(month, sum(needed.values()), limit):
                raise BudgetSpent
            wanted = needed
        rows = [cls(month_id=month, message=message, purpose=purpose, amount=each) for purpose, each in wanted.items()]
        for row in rows:
            _RESERVE.run(row)
            row.limited, row.each = limit is not None, row.amount
        return {row.purpose: row for row in rows}

    def extend(self) -> None:
        """Reserve the same once more, because a call that had begun is made again; raises BudgetSpent."""
        self.extended = True
        limit = TeamSettings.current_limit()
        with transaction.atomic():
            mine = Reservation.objects.filter(pk=self.pk)
            if not mine.update(amount=F("amount") + self.each):
                raise BudgetSpent
            if not MonthlySpending.set_aside(self.month_id, self.each, limit):
                raise BudgetSpent

    def settle(self, cost: int) -> None:
        """Replace the reservation by what the calls have cost; what recovery has given back stays given back."""
        amount = self.amount
        if self.extended:
            # Perhaps at this moment still, by a thread whose task was cancelled.
            mine = Reservation.objects.filter(pk=self.pk)
            amount = mine.select_for_update().values_list("amount", flat=True).first() or 0
        found = _RELEASE.run(id=self.pk)
        MonthlySpending.book(self.month_id, cost=cost, released=amount if found else 0)

    @staticmethod
    def settle_lost() -> None:
        """Give back what was reserved for calls whose process is gone."""
        for row in _LOST.instances():
            with transaction.atomic():
                row.settle(0)


def _month() -> models.QuerySet[MonthlySpending]:
    return MonthlySpending.objects.filter(month=Parameter(MonthlySpending, "month"))


def _amount(name: str) -> Parameter:
    return Parameter(MonthlySpending, "spent", name)


def _more_reserved() -> dict[str, models.Expression]:
    return {"reserved": F("reserved") + _amount("amount")}


_TAKE = Update(lambda: (_month(), _more_reserved()))
_TAKE_WITHIN = Update(lambda: (_month().filter(spent__lte=_amount("room") - F("reserved")), _more_reserved()))
_BOOK = Update(
    lambda: (_month(), {"spent": F("spent") + _amount("cost"), "reserved": F("reserved") - _amount("released")})
)
_RESERVE = Insert(lambda: Reservation)
_LOST = Select(lambda: Reservation.objects.filter(lost()))
_RELEASE = Delete(lambda: Reservation.objects.filter(pk=Parameter(Reservation, "id")))
