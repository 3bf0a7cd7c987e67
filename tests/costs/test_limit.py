"""The monthly limit in the admin: staff set it in the team settings and see on the cost page how much is left."""

from decimal import Decimal

import pytest

from conversations.models import MonthlySpending, TeamSettings
from conversations.models.months import this_month
from tests.history import create_usage

COSTS = "/admin/conversations/usage/costs/"
SETTINGS = "/admin/conversations/teamsettings/1/change/"
FORM = {"name": "Rockets", "instructions": "Be brief.", "notice": "", "show_costs": "on"}


def set_limit(limit, *, spent=0, reserved=0):
    TeamSettings(monthly_limit=Decimal(limit)).save()
    MonthlySpending.objects.create(month=this_month(), spent=spent, reserved=reserved)


def save_settings(client, **changes):
    return client.post(SETTINGS, FORM | changes, follow=True)


# The team settings


def test_carol_sets_a_limit_and_removes_it(client, carol):
    client.force_login(carol)
    save_settings(client, monthly_limit="12.50")
    assert TeamSettings.objects.get().monthly_limit == Decimal("12.50")
    save_settings(client, monthly_limit="")
    assert TeamSettings.objects.get().monthly_limit is None


def test_carol_hides_costs_and_shows_them_again(client, carol):
    client.force_login(carol)
    save_settings(client, show_costs="")
    assert not TeamSettings.objects.get().show_costs
    save_settings(client)
    assert TeamSettings.objects.get().show_costs


@pytest.mark.parametrize("limit", ["-1", "1e99", "NaN", "Infinity", "1.001", "9" * 500, "a lot"])
def test_an_impossible_limit_is_refused_and_the_form_keeps_what_was_typed(client, carol, limit):
    client.force_login(carol)
    response = save_settings(client, monthly_limit=limit)
    assert "errorlist" in response.text
    assert "Be brief." in response.text
    assert not TeamSettings.objects.exists()


def test_a_limit_below_the_costs_so_far_is_saved_with_a_warning(client, carol, alice):
    create_usage(alice, cost=5_000_000)
    client.force_login(carol)
    response = save_settings(client, monthly_limit="3")
    assert "$5.00 of $3.00 are spent this month: until it ends, new questions are refused." in response.text
    assert TeamSettings.objects.get().monthly_limit == 3


def test_a_limit_above_the_costs_so_far_is_saved_without_a_warning(client, carol, alice):
    create_usage(alice, cost=5_000_000)
    client.force_login(carol)
    assert "new questions are refused" not in save_settings(client, monthly_limit="5.01").text


# The cost page


def test_carol_sees_how_much_of_the_limit_is_spent_and_reserved(client, carol):
    set_limit("10", spent=4_500_000, reserved=1_250_000)
    client.force_login(carol)
    page = client.get(COSTS).text
    assert "<strong>$4.50</strong> of $10.00 spent (45 %)." in page
    assert "$1.25 reserved" in page
    assert '<rect class="reserved" x="45.00%" width="12.50%"' in page
    assert f'href="{SETTINGS}"' in page


@pytest.mark.parametrize(
    ("limit", "spent", "look", "percent"),
    [
        ("10", 7_999_999, "meter", 79),
        ("10", 8_000_000, "meter near", 80),
        ("10", 9_999_999, "meter near", 99),
        ("10", 10_000_000, "meter used-up", 100),
        ("10", 12_000_000, "meter used-up", 120),
        ("0", 0, "meter used-up", 100),
    ],
)
def test_the_meter_warns_from_80_percent_on(client, carol, limit, spent, look, percent):
    set_limit(limit, spent=spent)
    client.force_login(carol)
    page = client.get(COSTS).text
    assert f'<svg class="{look}"' in page
    assert f"({percent} %)" in page
    assert ("new questions are refused until" in page) == (look == "meter used-up")


def test_without_a_limit_the_page_shows_the_costs_of_the_month(client, carol, alice):
    create_usage(alice, cost=2_500_000)
    client.force_login(carol)
    page = client.get(COSTS).text
    assert "<strong>$2.50</strong> spent; there is no monthly limit." in page
    assert "Set a limit in the team settings" in page


def test_bob_who_may_not_change_the_team_settings_gets_no_link_there(client, staff):
    client.force_login(staff("view_usage"))
    assert "teamsettings" not in client.get(COSTS).text
