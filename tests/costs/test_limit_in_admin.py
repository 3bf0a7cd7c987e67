"""The monthly limit as staff set and see it, and a list of calls that does not say whose they were."""

from decimal import Decimal

import pytest

from conversations.models import MonthlySpending, TeamSettings
from conversations.models.months import this_month
from tests.history import create_conversation, create_usage

COSTS = "/admin/conversations/usage/costs/"
LIST = "/admin/conversations/usage/"
SETTINGS = "/admin/conversations/teamsettings/1/change/"
FORM = {"name": "Rockets", "instructions": "Be brief.", "notice": "", "show_costs": "on"}


def limited(limit, spent=0, reserved=0):
    TeamSettings(monthly_limit=Decimal(limit)).save()
    MonthlySpending.objects.create(month=this_month(), spent=spent, reserved=reserved)


def save(client, **changes):
    return client.post(SETTINGS, FORM | changes, follow=True)


# Set


def test_carol_sets_a_limit_and_hides_costs(client, carol):
    client.force_login(carol)
    save(client, monthly_limit="12.50", show_costs="")
    row = TeamSettings.objects.get()
    assert (row.monthly_limit, row.show_costs) == (Decimal("12.50"), False)
    save(client, monthly_limit="")
    row = TeamSettings.objects.get()
    assert (row.monthly_limit, row.show_costs) == (None, True)


@pytest.mark.parametrize("limit", ["-1", "1e99", "NaN", "Infinity", "1.001", "9" * 500, "a lot"])
def test_a_limit_that_cannot_be_is_refused_and_nothing_typed_is_lost(client, carol, limit):
    client.force_login(carol)
    answer = save(client, monthly_limit=limit)
    assert "errorlist" in answer.text
    assert "Be brief." in answer.text
    assert not TeamSettings.objects.exists()


def test_a_limit_below_what_is_spent_is_taken_and_said_so(client, carol, alice):
    create_usage(alice, cost=5_000_000)
    client.force_login(carol)
    assert "new questions are refused" not in save(client, monthly_limit="5.01").text
    answer = save(client, monthly_limit="3")
    assert "$5.00 of $3.00 are spent this month: until it ends, new questions are refused." in answer.text
    assert TeamSettings.objects.get().monthly_limit == 3


# Seen


def test_carol_sees_how_far_the_month_has_come(client, carol):
    limited("10", spent=4_500_000, reserved=1_250_000)
    client.force_login(carol)
    page = client.get(COSTS).text
    assert "<strong>$4.50</strong> of $10.00 spent (45 %)." in page
    assert "$1.25 reserved" in page
    assert '<rect class="reserved" x="45.00%" width="12.50%"' in page
    assert f'href="{SETTINGS}"' in page


@pytest.mark.parametrize(
    ("limit", "spent", "look", "percent"),
    [
        *(("10", 7_999_999, "meter", 79), ("10", 8_000_000, "meter near", 80), ("10", 9_999_999, "meter near", 99)),
        *(("10", 10_000_000, "meter used-up", 100), ("10", 12_000_000, "meter used-up", 120)),
        ("0", 0, "meter used-up", 100),
    ],
)
def test_the_end_of_the_limit_is_seen_coming(client, carol, limit, spent, look, percent):
    limited(limit, spent)
    client.force_login(carol)
    page = client.get(COSTS).text
    assert f'<svg class="{look}"' in page
    assert f"({percent} %)" in page
    assert ("new questions are refused until" in page) == (look == "meter used-up")


def test_without_a_limit_the_calls_of_the_month_are_what_was_spent(client, carol, alice):
    create_usage(alice, cost=2_500_000)
    client.force_login(carol)
    page = client.get(COSTS).text
    assert "<strong>$2.50</strong> spent; there is no monthly limit." in page
    assert "Set a limit in the team settings" in page


def test_bob_who_may_not_see_the_team_settings_gets_no_link_there(client, staff):
    client.force_login(staff("view_usage"))
    assert "teamsettings" not in client.get(COSTS).text


# Whose calls they were


def test_bob_sees_calls_and_not_whose_they_were(client, staff, alice):
    conversation = create_conversation(alice)
    usage = create_usage(alice, conversation=conversation, message=conversation.head, request_id="req_of_alice")
    client.force_login(staff("view_usage", "view_message", "view_conversation"))
    telling = ("alice@example.com", str(conversation.pk), str(conversation.head_id), "req_of_alice")
    for address in (LIST, f"{LIST}{usage.pk}/change/"):
        page = client.get(address).text
        assert "$1.00" in page
        assert [each for each in telling if each in page] == []
    client.force_login(staff("view_usage", "view_person_usage"))
    page = client.get(f"{LIST}{usage.pk}/change/").text
    assert [each for each in telling if each not in page and each != str(conversation.head_id)] == []


def test_bob_finds_nobodys_calls_by_name_or_address(client, staff, alice, carol):
    create_usage(alice)
    create_usage(carol)
    client.force_login(staff("view_usage"))
    assert 'name="q"' not in client.get(LIST).text
    for name in ("alice@", "nobody"):
        assert client.get(LIST, {"q": name}).context["cl"].result_count == 2
    for guess in (
        f"user={alice.pk}",
        f"user__id__exact={alice.pk}",
        "user__email=x",
        "message__isnull=1",
        "request_id=x",
    ):
        assert client.get(f"{LIST}?{guess}").status_code == 400
    client.force_login(staff("view_usage", "view_person_usage"))
    assert client.get(LIST, {"q": "alice@"}).context["cl"].result_count == 1
