"""What all calls of a month cost together, and what those that run may still cost: kept so that a limit is exact."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message
from conversations.models.usage import Usage


class MonthlySpending(models.Model):
    """One row a month (in the site's time zone); amounts are millionths of a US dollar."""

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
