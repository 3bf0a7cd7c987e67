"""The cost page of the admin: what each month cost, and one month by model, purpose and person."""

import re

import pytest

from conversations.models.months import add_months, months_between, this_month
from tests.history import create_usage

LIST = "/admin/conversations/usage/"
COSTS = f"{LIST}costs/"
EXPORT = f"{COSTS}export/?first=2024-03&last=2024-03"


def tables_of(response):
    """The tables of the chosen month: {title: {name: totals}}."""
    return {table.title: {row.name: row.totals for row in table.rows} for table in response.context["tables"]}


def months_of(response):
    """The table of months as a person reads it: {month: [calls, cost …]}."""
    rows = re.findall(r'<th scope="row"><a href="\?month=([\d-]+)".*?</th>(.*?)</tr>', response.text, re.DOTALL)
    return {month: re.sub(r"<[^>]+>", " ", cells).split() for month, cells in rows}


# Permissions


def test_bob_sees_sums_but_not_whose_calls_they_are(client, staff, alice):
    create_usage(alice)
    client.force_login(staff("view_usage"))
    response = client.get(COSTS)
    assert "$1.00" in response.text
    assert "alice" not in response.text.lower()
    assert set(tables_of(response)) == {"Model", "Purpose"}


def test_bob_sees_whose_calls_they_are_with_the_permission_for_that(client, staff, alice):
    create_usage(alice)
    client.force_login(staff("view_usage", "view_person_usage"))
    assert tables_of(client.get(COSTS))["Person"]["alice@example.com"].spent == 1_000_000


@pytest.mark.parametrize("address", [COSTS, EXPORT])
@pytest.mark.parametrize(
    "permissions",
    [
        [],
        ["view_person_usage"],
        ["view_message", "view_conversation", "change_teamsettings"],
    ],
)
def test_bob_sees_nothing_without_the_permission_to_look(client, staff, alice, address, permissions):
    create_usage(alice)
    client.force_login(staff(*permissions))
    assert client.get(address).status_code == 403
    assert "usage/costs" not in client.get("/admin/").text


@pytest.mark.parametrize("address", [COSTS, EXPORT])
def test_alice_who_is_not_staff_is_sent_to_sign_in(client, alice, address):
    client.force_login(alice)
    assert client.get(address)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("address", ["/admin/", LIST])
def test_the_index_and_the_list_of_calls_link_to_the_page(client, carol, address):
    client.force_login(carol)
    assert f'href="{COSTS}"' in client.get(address).text


@pytest.mark.parametrize("address", [COSTS, EXPORT])
def test_only_get_and_head_are_allowed(client, carol, address):
    client.force_login(carol)
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


# One month


def test_a_month_is_summed_by_model_purpose_and_person(client, carol, alice, bob):
    create_usage(alice, "2024-03-01 10:00")
    create_usage(alice, "2024-03-31 23:59", cost=500_000)
    create_usage(bob, "2024-03-15 10:00", model="claude-haiku-5-5", purpose="title", cost=2_000)
    create_usage(bob, "2024-04-01 00:00")
    client.force_login(carol)
    tables = tables_of(client.get(COSTS, {"month": "2024-03"}))
    assert {name: totals.spent for name, totals in tables["Model"].items()} == {
        "Sonnet 5.5": 1_500_000,
        "Haiku 5.5": 2_000,
    }
    assert {name: totals.calls for name, totals in tables["Purpose"].items()} == {"reply": 2, "title": 1}
    assert list(tables["Person"]) == ["alice@example.com", "bob@example.com"]


def test_the_total_of_a_month_counts_calls_costs_and_tokens(client, carol, alice):
    create_usage(
        alice,
        "2024-03-01 10:00",
        input_tokens=100,
        cache_write_5m_tokens=10,
        cache_write_1h_tokens=1,
        output_tokens=20,
    )
    create_usage(alice, "2024-03-31 23:59", cost=500_000, input_tokens=10, cache_read_tokens=90, output_tokens=30)
    client.force_login(carol)
    total = client.get(COSTS, {"month": "2024-03"}).context["total"]
    assert (total.calls, total.spent) == (2, 1_500_000)
    assert (total.sent_tokens, total.cached_tokens, total.written_tokens) == (211, 90, 50)


def test_unknown_costs_are_counted_and_not_summed(client, carol, alice):
    create_usage(alice)
    create_usage(alice, cost=None, state="cut", estimated=True)
    create_usage(alice, cost=None, state="open")
    client.force_login(carol)
    response = client.get(COSTS)
    assert months_of(response)[f"{this_month():%Y-%m}"] == ["3", "$1.00", "+", "1", "unknown", "+", "1", "running"]
    total = response.context["total"]
    assert (total.spent, total.unpriced_calls, total.running_calls, total.estimated_calls) == (1_000_000, 1, 1, 1)
    assert "1 estimated" in response.text


def test_a_model_without_any_price_costs_unknown_and_not_nothing(client, carol, alice):
    create_usage(alice, model="claude-unheard-of", cost=None)
    client.force_login(carol)
    response = client.get(COSTS)
    assert months_of(response)[f"{this_month():%Y-%m}"] == ["1", "unknown"]
    assert "claude-unheard-of" in response.text


def test_calls_of_a_deleted_user_are_shown_without_a_name(client, carol):
    create_usage(None)
    client.force_login(carol)
    assert tables_of(client.get(COSTS))["Person"]["a deleted user"].calls == 1


def test_names_of_people_and_models_are_escaped(client, carol, alice):
    alice.first_name = "<b>Alice</b>"
    alice.save()
    create_usage(alice, model="<i>model</i>")
    client.force_login(carol)
    page = client.get(COSTS).text
    assert "&lt;b&gt;Alice&lt;/b&gt;" in page
    assert "<b>Alice" not in page
    assert "<i>" not in page


def test_the_most_expensive_people_have_a_line_each_and_all_others_one_together(client, carol, django_user_model):
    for number in range(30):
        create_usage(django_user_model.objects.create_user(f"p{number}@example.com"), cost=1_000_000 + number)
    client.force_login(carol)
    people = tables_of(client.get(COSTS))["Person"]
    assert next(iter(people)) == "p29@example.com"
    assert people["5 other people"].calls == 5
    assert len(people) == 26


def test_a_month_without_calls_says_so(client, carol):
    client.force_login(carol)
    response = client.get(COSTS)
    assert "Nobody asked Claude anything in this month." in response.text
    assert response.context["earlier"] is None


# Twelve months


def test_twelve_months_are_summed(client, carol, alice):
    for index, month in enumerate(months_between(add_months(this_month(), -12), this_month()), start=1):
        create_usage(alice, f"{month:%Y-%m}-01 00:00", cost=index * 1_000_000)
    client.force_login(carol)
    months = months_of(client.get(COSTS))
    assert len(months) == 12
    assert months[f"{this_month():%Y-%m}"] == ["1", "$13.00"]
    assert months[f"{add_months(this_month(), -11):%Y-%m}"] == ["1", "$2.00"]


def test_older_months_are_reached_twelve_at_a_time(client, carol, alice):
    create_usage(alice, "2024-03-10 10:00")
    client.force_login(carol)
    assert client.get(COSTS).context["earlier"] == add_months(this_month(), -12)
    old = client.get(COSTS, {"month": "2024-03"})
    assert [f"{month:%Y-%m}" for month, _totals in old.context["months"]][:2] == ["2024-03", "2024-02"]
    assert old.context["earlier"] is None


@pytest.mark.parametrize(("chosen", "newest"), [(-11, 0), (-12, -12)])
def test_a_recent_month_is_shown_among_the_newest_and_an_older_one_with_those_before_it(
    client, carol, alice, chosen, newest
):
    create_usage(alice, "2024-03-10 10:00")
    client.force_login(carol)
    response = client.get(COSTS, {"month": f"{add_months(this_month(), chosen):%Y-%m}"})
    newest_month, _totals = response.context["months"][0]
    assert newest_month == add_months(this_month(), newest)


def test_months_begin_in_the_time_zone_of_the_site(client, carol, alice, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    create_usage(alice, "2024-02-29 10:59")  # 23:59 there
    create_usage(alice, "2024-02-29 11:00", cost=7_000_000)
    client.force_login(carol)
    response = client.get(COSTS, {"month": "2024-03"})
    months = months_of(response)
    assert (months["2024-02"], months["2024-03"]) == (["1", "$1.00"], ["1", "$7.00"])
    assert response.context["total"].spent == 7_000_000


@pytest.mark.parametrize(
    "month",
    [
        "2024-13",
        "2024-00",
        "2024-1",
        "2024-03-01",
        "abc",
        "\0",
        "9999-12",
        "1999-12",
        "0000-01",
        "-2024-03",
        "٢٠٢٤-٠٣",
        "x" * 5000,
        "2024-03\n",
        "2099-12",
        "\ud800".encode("utf-16", "surrogatepass"),
    ],
)
def test_a_month_that_does_not_exist_or_has_not_begun_is_refused_with_a_sentence(client, carol, month):
    client.force_login(carol)
    response = client.get(COSTS, {"month": month})
    assert response.status_code == 400
    assert re.search(r"Name a month like this: \d{4}-\d\d\.|The month 2099-12 has not begun\.", response.text)


# The chart


def test_the_chart_draws_the_figures_of_the_table(client, carol, alice):
    create_usage(alice, f"{this_month():%Y-%m}-01 00:00", cost=4_000_000)
    create_usage(alice, f"{add_months(this_month(), -1):%Y-%m}-01 00:00", cost=2_000_000)
    client.force_login(carol)
    chart = client.get(COSTS).text.partition('aria-labelledby="chart-title')[2].partition("</svg>")[0]
    heights = re.findall(r'<rect x="[\d.]+%" y="[\d.]+" width="[\d.]+%" height="([\d.]+)"', chart)
    assert [float(height) for height in heights] == [0] * 10 + [80, 160]
    assert re.findall(r"<title>\w+ \d{4}: ([^<]+)</title>", chart)[-2:] == ["$2.00", "$4.00"]


def test_the_page_keeps_the_content_security_policy(client, carol, alice):
    create_usage(alice)
    client.force_login(carol)
    page = client.get(COSTS).text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", page)


# Queries


def test_many_calls_need_no_more_queries_than_few(client, carol, alice, bob, django_assert_max_num_queries):
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


# Searches in the web


def test_searches_have_a_column_where_there_are_any(client, staff, alice):
    create_usage(alice)
    client.force_login(staff("view_usage"))
    assert "Searches in the web" not in client.get(COSTS).text

    create_usage(alice, web_searches=1_234)
    response = client.get(COSTS)
    assert "Searches in the web" in response.text
    assert "1,234" in response.text
    assert tables_of(response)["Model"]["Sonnet 5.5"].searches == 1_234
