"""What staff see of the costs: whose they are only with a permission of its own, and nothing that is not known."""

import re

import pytest
from django.db import connection

from conversations.costs import summary as costs
from conversations.models import Usage
from conversations.models.months import add_months, months_between, this_month
from tests.history import create_usage

LIST = "/admin/conversations/usage/"
COSTS = f"{LIST}costs/"
EXPORT = f"{COSTS}export/?first=2024-03&last=2024-03"


def lines(answer):
    """The tables of the month that is shown: {title: {name: sums}}."""
    return {table.title: {line.name: line.sums for line in table.lines} for table in answer.context["tables"]}


def figures(answer):
    """The figures of the months, as a person reads them: {month: [calls, cost …]}."""
    cells = re.findall(r'<th scope="row"><a href="\?month=([\d-]+)".*?</th>(.*?)</tr>', answer.text, re.DOTALL)
    return {month: re.sub(r"<[^>]+>", " ", text).split() for month, text in cells}


# Who sees it


def test_bob_sees_sums_and_not_whose_they_are(client, staff, alice):
    create_usage(alice)
    client.force_login(staff("view_usage"))
    answer = client.get(COSTS)
    assert "$1.00" in answer.text
    assert "alice" not in answer.text.lower()
    assert set(lines(answer)) == {"Model", "Purpose"}


def test_bob_sees_whose_they_are_with_the_permission_for_that(client, staff, alice):
    create_usage(alice)
    client.force_login(staff("view_usage", "view_person_usage"))
    answer = client.get(COSTS)
    assert "alice@example.com" in answer.text
    assert lines(answer)["Person"]["alice@example.com"].cost == 1_000_000


@pytest.mark.parametrize("address", [COSTS, EXPORT])
def test_bob_without_the_permission_to_look_sees_nothing(client, staff, alice, address):
    create_usage(alice)
    for names in ((), ("view_person_usage",), ("view_message", "view_conversation", "change_teamsettings")):
        client.force_login(staff(*names))
        assert client.get(address).status_code == 403
        assert "usage/costs" not in client.get("/admin/").text


@pytest.mark.parametrize("address", [COSTS, EXPORT])
def test_alice_who_is_not_staff_is_sent_to_sign_in(client, alice, address):
    client.force_login(alice)
    assert client.get(address)["Location"].startswith("/admin/login/")


def test_the_page_is_found_from_the_start_and_from_the_list(client, carol):
    client.force_login(carol)
    for address in ("/admin/", LIST):
        assert f'href="{COSTS}"' in client.get(address).text


def test_the_pages_are_for_looking_only(client, carol):
    client.force_login(carol)
    for address in (COSTS, EXPORT):
        assert client.post(address).status_code == 405
        assert client.head(address).status_code == 200


# What the figures are


def test_a_month_is_summed_by_model_purpose_and_person(client, carol, alice, bob):
    create_usage(alice, "2024-03-01 10:00", input_tokens=100, cache_write_5m_tokens=10, cache_write_1h_tokens=1)
    create_usage(alice, "2024-03-31 23:59", cost=500_000, cache_read_tokens=90)
    create_usage(bob, "2024-03-15 10:00", model="claude-haiku-5-5", purpose="title", cost=2_000)
    create_usage(bob, "2024-04-01 00:00")
    client.force_login(carol)
    answer = client.get(COSTS, {"month": "2024-03"})
    tables = lines(answer)
    assert {name: sums.cost for name, sums in tables["Model"].items()} == {"Sonnet 5.5": 1_500_000, "Haiku 5.5": 2_000}
    assert {name: sums.calls for name, sums in tables["Purpose"].items()} == {"reply": 2, "title": 1}
    assert [*tables["Person"]] == ["alice@example.com", "bob@example.com"]
    total = answer.context["total"]
    assert (total.calls, total.cost, total.sent, total.cached, total.written) == (3, 1_502_000, 221, 90, 60)


def test_the_year_is_summed_month_by_month(client, carol, alice):
    for index, month in enumerate(months_between(add_months(this_month(), -12), this_month()), start=1):
        create_usage(alice, f"{month:%Y-%m}-01 00:00", cost=index * 1_000_000)
    client.force_login(carol)
    shown = figures(client.get(COSTS))
    assert len(shown) == 12
    assert shown[f"{this_month():%Y-%m}"] == ["1", "$13.00"]
    assert shown[f"{add_months(this_month(), -11):%Y-%m}"] == ["1", "$2.00"]


def test_older_months_are_reached_one_year_after_the_other(client, carol, alice):
    create_usage(alice, "2024-03-10 10:00")
    client.force_login(carol)
    assert client.get(COSTS).context["earlier"] == add_months(this_month(), -12)
    old = client.get(COSTS, {"month": "2024-03"})
    assert [f"{month:%Y-%m}" for month, _ in old.context["months"]][:2] == ["2024-03", "2024-02"]
    assert old.context["earlier"] is None


@pytest.mark.parametrize(("chosen", "newest"), [(-11, 0), (-12, -12)])
def test_a_month_of_the_last_twelve_is_shown_among_these_and_an_older_one_with_those_before_it(
    client, carol, alice, chosen, newest
):
    create_usage(alice, "2024-03-10 10:00")
    client.force_login(carol)
    page = client.get(COSTS, {"month": f"{add_months(this_month(), chosen):%Y-%m}"})
    assert page.context["months"][0][0] == add_months(this_month(), newest)


def test_months_begin_in_the_time_zone_of_the_site(client, carol, alice, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    create_usage(alice, "2024-02-29 10:59")  # 23:59 there
    create_usage(alice, "2024-02-29 11:00", cost=7_000_000)
    client.force_login(carol)
    shown = figures(client.get(COSTS, {"month": "2024-03"}))
    assert (shown["2024-02"], shown["2024-03"]) == (["1", "$1.00"], ["1", "$7.00"])
    assert client.get(COSTS, {"month": "2024-03"}).context["total"].cost == 7_000_000


def test_what_is_not_known_is_counted_and_not_summed(client, carol, alice):
    create_usage(alice)
    create_usage(alice, cost=None, state="cut", estimated=True)
    create_usage(alice, cost=None, state="open")
    client.force_login(carol)
    answer = client.get(COSTS)
    assert figures(answer)[f"{this_month():%Y-%m}"] == ["3", "$1.00", "+", "1", "unknown", "+", "1", "running"]
    total = answer.context["total"]
    assert (total.cost, total.unknown, total.running, total.estimated) == (1_000_000, 1, 1, 1)
    assert "1 estimated" in answer.text


def test_a_model_without_any_price_costs_unknown_and_not_nothing(client, carol, alice):
    create_usage(alice, model="claude-unheard-of", cost=None)
    client.force_login(carol)
    answer = client.get(COSTS)
    assert figures(answer)[f"{this_month():%Y-%m}"] == ["1", "unknown"]
    assert "claude-unheard-of" in answer.text


def test_calls_of_nobody_and_strange_names_are_shown_as_they_are(client, carol, alice):
    alice.first_name = "<b>Alice</b>"
    alice.save()
    create_usage(alice, model="<i>model</i>")
    create_usage(None)
    client.force_login(carol)
    answer = client.get(COSTS)
    assert lines(answer)["Person"]["no longer known"].calls == 1
    assert "&lt;b&gt;Alice&lt;/b&gt;" in answer.text
    assert "<b>Alice" not in answer.text
    assert "<i>" not in answer.text


def test_the_dearest_people_have_a_line_and_the_others_one_together(client, carol, django_user_model):
    for number in range(30):
        create_usage(django_user_model.objects.create_user(f"p{number}@example.com"), cost=1_000_000 + number)
    client.force_login(carol)
    people = lines(client.get(COSTS))["Person"]
    assert next(iter(people)) == "p29@example.com"
    assert people["5 other people"].calls == 5
    assert len(people) == 26


def test_nothing_asked_is_said_so(client, carol):
    client.force_login(carol)
    answer = client.get(COSTS)
    assert "Nobody asked Claude anything in this month." in answer.text
    assert answer.context["earlier"] is None


@pytest.mark.parametrize(
    "month",
    [
        *("2024-13", "2024-00", "2024-1", "2024-03-01", "abc", "\0", "9999-12", "1999-12", "0000-01", "-2024-03"),
        *("٢٠٢٤-٠٣", "x" * 5000, "2024-03\n", "2099-12", "\ud800".encode("utf-16", "surrogatepass")),
    ],
)
def test_a_month_that_cannot_be_is_refused_with_a_sentence(client, carol, month):
    client.force_login(carol)
    answer = client.get(COSTS, {"month": month})
    assert answer.status_code == 400
    assert re.search(r"Name a month like this: \d{4}-\d\d\.|The month 2099-12 has not begun\.", answer.text)


# The chart


def test_the_chart_draws_the_figures_of_the_table_without_breaking_the_policy(client, carol, alice):
    create_usage(alice, f"{this_month():%Y-%m}-01 00:00", cost=4_000_000)
    create_usage(alice, f"{add_months(this_month(), -1):%Y-%m}-01 00:00", cost=2_000_000)
    client.force_login(carol)
    page = client.get(COSTS).text
    drawn = page.partition('aria-labelledby="chart-title')[2].partition("</svg>")[0]
    heights = re.findall(r'<rect x="[\d.]+%" y="[\d.]+" width="[\d.]+%" height="([\d.]+)"', drawn)
    assert [float(height) for height in heights] == [0] * 10 + [80, 160]
    assert re.findall(r"<title>\w+ \d{4}: ([^<]+)</title>", drawn)[-2:] == ["$2.00", "$4.00"]
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)


# Its speed


def test_many_calls_ask_no_more_of_the_database_than_few(client, carol, alice, bob, django_assert_max_num_queries):
    client.force_login(carol)
    create_usage(alice)
    client.get(COSTS)
    with django_assert_max_num_queries(30) as few:
        client.get(COSTS)
    for person in (alice, bob, carol, None) * 5:
        create_usage(person)
        create_usage(person, f"{add_months(this_month(), -3):%Y-%m}-05 10:00", model="claude-haiku-5-5")
    with django_assert_max_num_queries(len(few)):
        client.get(COSTS)


def test_the_sums_of_a_year_are_read_from_the_index_alone(alice, django_assert_max_num_queries):
    create_usage(alice)
    with django_assert_max_num_queries(3) as asked:
        costs.by_month(Usage.objects.all(), months_between(add_months(this_month(), -1), this_month()))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # as it plans with many rows
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{asked[-1]['sql']}")
        plan = str(cursor.fetchall())
    assert re.search(r"COVERING INDEX usage_by_month|Index Only Scan using usage_by_month", plan)
