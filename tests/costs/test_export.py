"""The export of costs: the figures of the cost page as CSV, and no formulas."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conversations.costs.export import write_csv
from conversations.models.months import this_month
from tests.history import create_usage

EXPORT = "/admin/conversations/usage/costs/export/"
MARCH = {"first": "2024-03", "last": "2024-03"}
BYTE_ORDER_MARK = "\ufeff"


def build_detail_rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def write_cell(cell):
    """What a spreadsheet program reads of one cell that was written."""
    file = write_csv(["cell"], [{"cell": cell}]).removeprefix(BYTE_ORDER_MARK)
    [row] = csv.DictReader(io.StringIO(file, newline=""))
    return row["cell"]


def test_carol_gets_one_row_for_each_month_model_purpose_and_person(client, carol, alice, bob):
    create_usage(alice, "2024-03-01 10:00", cache_read_tokens=90)
    create_usage(alice, "2024-03-02 10:00", cost=1)
    create_usage(bob, "2024-03-02 10:00", purpose="title", model="claude-haiku-5-5", cost=None, estimated=True)
    create_usage(bob, "2024-05-02 10:00")
    client.force_login(carol)
    title, reply = build_detail_rows(client.get(EXPORT, {"first": "2024-03", "last": "2024-04"}))
    assert reply == {
        "month": "2024-03",
        "model": "claude-sonnet-5-5",
        "purpose": "reply",
        "person": "alice@example.com",
        "name": "Alice",
        "calls": "2",
        "tokens_sent": "110",
        "tokens_from_cache": "90",
        "tokens_written": "40",
        "cost_usd": "1.000001",
        "saved_by_cache_usd": "0.000000",
        "calls_of_unknown_price": "0",
        "calls_running": "0",
        "calls_estimated": "0",
        "web_searches": "0",
    }
    assert (title["cost_usd"], title["calls_of_unknown_price"], title["calls_estimated"]) == ("", "1", "1")


def test_the_file_is_a_csv_file_named_after_its_months(client, carol):
    client.force_login(carol)
    response = client.get(EXPORT, {"first": "2024-03", "last": "2024-04"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="costs-2024-03-to-2024-04.csv"'


def test_bob_gets_no_people_without_the_permission_for_that(client, staff, alice, carol):
    create_usage(alice, "2024-03-01 10:00")
    create_usage(carol, "2024-03-01 10:00")
    client.force_login(staff("view_usage"))
    response = client.get(EXPORT, MARCH)
    [row] = build_detail_rows(response)
    assert row["calls"] == "2"
    assert not {"person", "name"} & set(row)
    assert "example.com" not in response.content.decode()


def test_months_without_calls_have_no_rows(client, carol, alice):
    client.force_login(carol)
    all_months = {"first": "2000-01", "last": f"{this_month():%Y-%m}"}
    assert build_detail_rows(client.get(EXPORT, all_months)) == []
    create_usage(alice)
    create_usage(None, "2024-03-01 10:00")
    assert [row["person"] for row in build_detail_rows(client.get(EXPORT, all_months))] == ["", "alice@example.com"]


def test_the_first_call_counts_to_its_month_in_the_time_zone_of_the_site(client, carol, alice, settings):
    settings.TIME_ZONE = "America/Los_Angeles"
    create_usage(alice, "2024-03-01 02:00")
    client.force_login(carol)
    rows = build_detail_rows(client.get(EXPORT, {"first": "2024-02", "last": "2024-03"}))
    assert [row["month"] for row in rows] == ["2024-02"]


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ({}, "Name the first month."),
        ({"first": "2024-03"}, "Name the last month."),
        ({"first": "2024-04", "last": "2024-03"}, "The first month is after the last one."),
        ({"first": "2024-03", "last": "2099-01"}, "The month 2099-01 has not begun."),
        ({"first": "=1", "last": "2024-03"}, "Name a month like this:"),
        ({"first": "\0", "last": "9" * 5000}, "Name a month like this:"),
    ],
)
def test_an_impossible_period_is_refused_with_a_sentence(client, carol, period, sentence):
    client.force_login(carol)
    response = client.get(EXPORT, period)
    assert response.status_code == 400
    assert sentence in response.text


# No formulas


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "+A1", "-A1", "@SUM(A1)", "＝1"])
def test_names_and_models_are_never_formulas(client, carol, alice, name):
    alice.first_name, alice.email = name, "=1+1@example.com"
    alice.save()
    create_usage(alice, "2024-03-01 10:00", model="@model")
    client.force_login(carol)
    [row] = build_detail_rows(client.get(EXPORT, MARCH))
    assert (row["person"], row["model"]) == ("'=1+1@example.com", "'@model")
    assert row["name"].startswith("'")


@pytest.mark.parametrize("cell", ["=1", "+SUM(A1)", "-SUM(A1)", "@SUM(A1)", "%1", "|1"])
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(cell):
    assert write_cell(cell).startswith("'")


@pytest.mark.parametrize("cell", ["\t=1", "\r=1", "\n=1", " =1", "\t =1", "\u3000=1"])
def test_a_formula_does_not_hide_behind_white_space(cell):
    assert write_cell(cell) == "'=1"


@pytest.mark.parametrize(
    ("cell", "written"), [("＝1", "'=1"), ("＋A1", "'+A1"), ("－A1", "'-A1"), ("＠SUM(A1)", "'@SUM(A1)")]
)
def test_a_full_width_sign_counts_as_the_sign(cell, written):
    assert write_cell(cell) == written


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x\t=1+1", "x\t'=1+1"),
        ("x\n=1+1", "x\n'=1+1"),
        ("x,@A1", "x,'@A1"),
        ("x; =1", "x; '=1"),
        ('x;"=1"', 'x;"\'=1"'),
        ('"=1"', '"\'=1"'),
        ("x;＝1", "x;'＝1"),
        ("a;-b;+c", "a;'-b;'+c"),
    ],
)
def test_a_formula_after_another_separator_gets_an_apostrophe_too(cell, written):
    assert write_cell(cell) == written


@given(st.lists(st.text("x1=+-@%|;,\t\r\n \"'＝＋－＠", max_size=12), min_size=2, max_size=3), st.sampled_from(",;\t|"))
@example(["-1", "="], ";")
def test_no_program_finds_a_formula_whatever_separates_its_cells(texts, separator):
    columns = [str(number) for number in range(len(texts))]
    file = write_csv(columns, [dict(zip(columns, texts, strict=True))]).removeprefix(BYTE_ORDER_MARK)
    with_quotes = [cell for row in csv.reader(io.StringIO(file, newline=""), delimiter=separator) for cell in row]
    without_quotes = re.split(rf"[\r\n{re.escape(separator)}]", file)
    for cell in with_quotes + without_quotes:
        # A number is none, nor is one that another cell follows.
        assert not re.match(r'[\s"]*[=+\-@%＝＋－＠](?![\d.,"]*$|\d+"?,)', cell), cell


@pytest.mark.parametrize("cell", ["a=b", "Smith; Jones", "a - b; c", 'say "hi", you', "-1", "é", "東京＠駅"])
def test_other_texts_stay_as_they_are(cell):
    assert write_cell(cell) == cell


def test_the_file_begins_with_a_byte_order_mark_and_its_columns():
    assert write_csv(["a", "b"], [{"a": -1, "b": "é", "c": "ignored"}]) == f'{BYTE_ORDER_MARK}"a","b"\r\n"-1","é"\r\n'


def test_the_export_has_the_searches_in_the_web(client, carol, alice):
    create_usage(alice, "2024-03-01 10:00", web_searches=3)
    create_usage(alice, "2024-03-02 10:00", web_searches=1)
    client.force_login(carol)
    [row] = build_detail_rows(client.get(EXPORT, MARCH))
    assert row["web_searches"] == "4"
