"""What all calls of a month cost together, and what those that run may still cost: kept so that a limit is exact.

Amounts are micro-dollars. Replies reserve an amount before each call and settle it afterwards.
"""

from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message
from conversations.models.months import created_in, this_month
from conversations.models.refusals import BudgetSpent, PriceUnknown
from conversations.models.usage import Usage

MICRODOLLARS_PER_DOLLAR = 1_000_000
#: Percent of the limit at which staff are warned.
WARNING_PERCENT = 80


class MonthlySpending(models.Model):
    """One row a month (in the site's time zone)."""

    month = models.DateField(_("month"), primary_key=True, help_text=_("Its first day."))
    spent = models.BigIntegerField(_("spent"), default=0)
    reserved = models.BigIntegerField(_("reserved"), default=0)
    # The limit that staff have been warned about; they are warned again about another one.
    warned_limit = models.DecimalField(max_digits=8, decimal_places=2, null=True, editable=False)

    class Meta:
        verbose_name = _("monthly spending")
        verbose_name_plural = _("monthly spending")
        constraints = [models.CheckConstraint(condition=Q(reserved__gte=0), name="nothing_less_than_reserved")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @classmethod
    def reserve(cls, month: date, amount: int, limit: Decimal | None) -> bool:
        """Reserve an amount; False when the limit leaves no room for it.

        One conditional UPDATE: the database lets one transaction at a time through it, in whichever process.
        """
        rows = cls.objects.filter(month=month)
        if limit is not None:
            rows = rows.filter(spent__lte=int(limit * MICRODOLLARS_PER_DOLLAR) - amount - F("reserved"))
        added = {"reserved": F("reserved") + amount}
        if rows.update(**added):
            return True
        # No room, or no row yet; of two transactions that insert it the second one inserts nothing.
        cls.open_month(month)
        return bool(rows.update(**added))

    @staticmethod
    def open_month(month: date) -> None:
        """Insert the row of a month unless it is there, with what its calls have cost so far."""
        spent = Usage.objects.filter(created_in(month)).aggregate(cost=Sum("cost", default=0))["cost"]
        MonthlySpending.objects.bulk_create([MonthlySpending(month=month, spent=spent)], ignore_conflicts=True)

    @classmethod
    def record(cls, month: date, *, cost: int, released: int = 0) -> None:
        """Add what a call has cost, and release what was reserved for it."""
        if cost or released:
            row = cls.objects.filter(month=month)
            row.update(spent=F("spent") + cost, reserved=F("reserved") - released)

    @classmethod
    def claim_warning(cls, month: date, limit: Decimal) -> bool:
        """Whether the caller must warn staff now that most of the limit is spent: True once per limit and month."""
        due = cls.objects.filter(month=month, spent__gte=int(limit * MICRODOLLARS_PER_DOLLAR) * WARNING_PERCENT // 100)
        return bool(due.exclude(warned_limit=limit).update(warned_limit=limit))

    @classmethod
    def forget_warning(cls, month: date, limit: Decimal) -> None:
        """Have staff warned about this limit again, because the mail could not be sent."""
        cls.objects.filter(month=month, warned_limit=limit).update(warned_limit=None)


class Reservation(models.Model):
    """The most that one running call may cost, counted in its month until the call is settled."""

    month = models.ForeignKey(MonthlySpending, on_delete=models.PROTECT, related_name="reservations")
    # The answer that the call is for; a title is reserved for the answer it is written beside.
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="reservations")
    purpose = models.CharField(max_length=20, choices=Usage.Purpose, default=Usage.Purpose.REPLY)
    amount = models.BigIntegerField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [models.UniqueConstraint(fields=["message", "purpose"], name="one_reservation_per_call")]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def reserve(cls, message: Message, purpose: str, amount: int | None, limit: Decimal | None) -> Self:
        """Reserve the most that a call may cost; `amount` is None where no price is known.

        Raises BudgetSpent when the limit has no room for it, PriceUnknown when there is a limit and no price.
        Reserve last in a transaction: others wait for the row of the month until it ends.
        """
        if limit is not None and amount is None:
            raise PriceUnknown
        month = this_month()
        if not MonthlySpending.reserve(month, amount or 0, limit):
            raise BudgetSpent
        return cls.objects.create(month_id=month, message=message, purpose=purpose, amount=amount or 0)

    def settle(self, cost: int) -> None:
        """Replace the reservation by what the call has cost; what recovery has released is not released again."""
        deleted, _models = Reservation.objects.filter(pk=self.pk).delete()
        MonthlySpending.record(self.month_id, cost=cost, released=self.amount if deleted else 0)
