"""How far this month's costs are from the team's monthly limit. Used by the admin."""

from dataclasses import dataclass
from datetime import date

from conversations.costs.totals import total_of_month
from conversations.models import MonthlySpending, TeamSettings, Usage
from conversations.models.budget import MICRODOLLARS_PER_DOLLAR, WARNING_PERCENT
from conversations.models.months import this_month


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyBudget:
    """Amounts are in micro-dollars. `reserved` is the most that running calls may still cost."""

    month: date
    spent: int
    reserved: int
    limit: int | None

    @property
    def percent(self) -> int:
        """How much of the limit is spent, rounded down: 100 means that nothing is left."""
        return 100 * self.spent // self.limit if self.limit else 100

    @property
    def is_nearly_spent(self) -> bool:
        return self.limit is not None and self.percent >= WARNING_PERCENT

    @property
    def is_spent(self) -> bool:
        return self.limit is not None and self.spent >= self.limit


def current_budget() -> MonthlyBudget:
    """Return the budget of this month."""
    month = this_month()
    limit = TeamSettings.current().monthly_limit
    # The month's first reservation creates the row. Until then the calls are added up.
    spending = MonthlySpending.objects.filter(month=month).first()
    return MonthlyBudget(
        month=month,
        spent=spending.spent if spending else total_of_month(Usage.objects.all(), month).spent,
        reserved=spending.reserved if spending else 0,
        limit=None if limit is None else int(limit * MICRODOLLARS_PER_DOLLAR),
    )
