"""The month's amount: reserved before a call, settled after it, never more than the limit; at the models."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from conversations.models import BudgetSpent, MonthlySpending, PriceUnknown, Reservation, TeamSettings, Usage
from conversations.models.months import add_months, this_month
from tests.history import begin

pytestmark = pytest.mark.django_db
LIMIT = 10_000  # a cent


def set_limit(dollars="0.01"):
    TeamSettings.objects.update_or_create(pk=1, defaults={"monthly_limit": Decimal(dollars)})


def reserve(answer, amount, purpose="reply"):
    return Reservation.reserve(answer, purpose, amount, TeamSettings.current().monthly_limit)


def month():
    """(spent, reserved) of the only month."""
    return MonthlySpending.objects.values_list("spent", "reserved").get()


def create_call(owner, cost, **fields):
    return Usage.objects.create(user=owner, model="claude-sonnet-5-5", cost=cost, **fields)


# Reserving


def test_what_fits_to_the_last_millionth_is_reserved_and_one_more_is_not(alice, bob):
    set_limit()
    reserve(begin(alice), LIMIT - 1)
    reserve(begin(alice), 1)
    with pytest.raises(BudgetSpent):
        reserve(begin(bob), 1)
    assert month() == (0, LIMIT)
    assert Reservation.objects.count() == 2


def test_without_a_limit_everything_runs_and_is_reserved_all_the_same(alice):
    reserve(begin(alice), 10**12)
    assert month() == (0, 10**12)


def test_a_limit_set_later_counts_what_was_reserved_and_spent_before_it(alice, bob):
    reserve(begin(alice), 6_000).settle(4_000)
    reserve(begin(alice), 3_000)
    set_limit()
    with pytest.raises(BudgetSpent):
        reserve(begin(bob), 3_001)
    reserve(begin(bob), 3_000)
    assert month() == (4_000, 6_000)


def test_a_limit_of_nothing_refuses_everything(alice):
    set_limit("0")
    with pytest.raises(BudgetSpent):
        reserve(begin(alice), 1)


def test_the_first_use_counts_what_this_month_has_cost_already(alice):
    create_call(alice, 7_000)
    create_call(alice, None)
    create_call(alice, 5_000)
    Usage.objects.filter(cost=5_000).update(created=timezone.now().replace(day=1) - timedelta(days=2))
    reserve(begin(alice), 1)
    assert MonthlySpending.objects.values_list("month", "spent", "reserved").get() == (this_month(), 7_000, 1)


def test_another_month_begins_with_nothing_spent(alice):
    last = add_months(this_month(), -1)
    MonthlySpending.objects.create(month=last, spent=LIMIT, reserved=LIMIT)
    set_limit()
    reserve(begin(alice), LIMIT)
    assert MonthlySpending.objects.get(month=last).reserved == LIMIT
    assert MonthlySpending.objects.get(month=this_month()).reserved == LIMIT


def test_a_model_without_a_price_runs_only_while_there_is_no_limit(alice, bob):
    assert reserve(begin(alice), None).amount == 0
    set_limit()
    with pytest.raises(PriceUnknown):
        reserve(begin(bob), None)


def test_one_call_has_one_reservation(alice):
    answer = begin(alice)
    reserve(answer, 1)
    with pytest.raises(IntegrityError):
        reserve(answer, 1)


# Settling


def test_what_a_call_cost_takes_the_place_of_what_was_reserved_for_it(alice):
    mine = reserve(begin(alice), 6_000)
    mine.settle(1_234)
    assert month() == (1_234, 0)
    assert not Reservation.objects.exists()


def test_what_is_settled_twice_is_given_back_once(alice):
    mine = reserve(begin(alice), 6_000)
    again = Reservation.objects.get()
    mine.settle(1_000)
    again.settle(200)
    assert month() == (1_200, 0)


def test_a_call_is_settled_in_the_month_it_was_reserved_in(alice):
    mine = reserve(begin(alice), 6_000)
    last = MonthlySpending.objects.create(month=date(2026, 1, 1), reserved=6_000)
    mine.month = last
    mine.settle(900)
    assert MonthlySpending.objects.values_list("spent", "reserved").get(pk=last.pk) == (900, 0)


# Near the end


def test_staff_are_due_a_warning_at_four_fifths_once_per_limit_and_month(alice):
    reserve(begin(alice), LIMIT).settle(7_999)
    [row] = MonthlySpending.objects.all()
    assert not MonthlySpending.claim_warning(row.month, Decimal("0.01"))
    MonthlySpending.objects.update(spent=F("spent") + 1)
    assert MonthlySpending.claim_warning(row.month, Decimal("0.01"))
    assert not MonthlySpending.claim_warning(row.month, Decimal("0.01"))
    assert not MonthlySpending.claim_warning(row.month, Decimal("0.02"))
    MonthlySpending.objects.update(spent=16_000)
    assert MonthlySpending.claim_warning(row.month, Decimal("0.02"))
