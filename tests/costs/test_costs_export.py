"""The costs as CSV: the figures of the page, read back as a spreadsheet program would, and no formulas."""

import csv
import io

import pytest

from conversations.costs.export import write_csv
from conversations.models.months import this_month
from tests.history import create_usage

EXPORT = "/admin/conversations/usage/costs/export/"
MARCH = {"first": "2024-03", "last": "2024-03"}


def rows(answer):
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def read_cell(file):
    """The only cell of a file."""
    [[cell]] = csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline=""))
    return cell


def test_carol_gets_one_row_for_each_month_model_purpose_and_person(client, carol, alice, bob):
    create_usage(alice, "2024-03-01 10:00", cache_read_tokens=90)
    create_usage(alice, "2024-03-02 10:00", cost=1)
    create_usage(bob, "2024-03-02 10:00", purpose="title", model="claude-haiku-5-5", cost=None, estimated=True)
    create_usage(bob, "2024-05-02 10:00")
    client.force_login(carol)
    answer = client.get(EXPORT, {"first": "2024-03", "last": "2024-04"})
    assert answer["Content-Disposition"] == 'attachment; filename="costs-2024-03-to-2024-04.csv"'
    title, reply = rows(answer)
    assert reply == {
        **{"month": "2024-03", "model": "claude-sonnet-5-5", "purpose": "reply"},
        **{"person": "alice@example.com", "name": "Alice", "calls": "2"},
        **{"tokens_sent": "110", "tokens_from_cache": "90", "tokens_written": "40", "cost_usd": "1.000001"},
        **{"calls_of_unknown_price": "0", "calls_running": "0", "calls_estimated": "0"},
    }
    assert (title["cost_usd"], title["calls_of_unknown_price"], title["calls_estimated"]) == ("", "1", "1")


def test_bob_gets_no_people_without_the_permission_for_that(client, staff, alice, carol):
    create_usage(alice, "2024-03-01 10:00")
    create_usage(carol, "2024-03-01 10:00")
    client.force_login(staff("view_usage"))
    answer = client.get(EXPORT, MARCH)
    [row] = rows(answer)
    assert row["calls"] == "2"
    assert not {"person", "name"} & set(row)
    assert "example.com" not in answer.content.decode()


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "+A1", "-A1", "@SUM(A1)", "＝1"])
def test_no_cell_is_taken_for_a_formula(client, carol, alice, name):
    alice.first_name, alice.email = name, "=1+1@example.com"
    alice.save()
    create_usage(alice, "2024-03-01 10:00", model="@model")
    client.force_login(carol)
    [row] = rows(client.get(EXPORT, MARCH))
    assert (row["person"], row["model"]) == ("'=1+1@example.com", "'@model")
    assert row["name"].startswith("'")


@pytest.mark.parametrize("cell", ["=1", "+SUM(A1)", "-SUM(A1)", "@SUM(A1)", "%1", "|1"])
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(cell):
    assert read_cell(write_csv([[cell]])).startswith("'")


@pytest.mark.parametrize("cell", ["\t=1", "\r=1", "\n=1", " =1", "\t =1", "\u3000=1"])
def test_a_formula_does_not_hide_behind_white_space(cell):
    assert read_cell(write_csv([[cell]])) == "'=1"


@pytest.mark.parametrize(
    ("cell", "written"), [("＝1", "'=1"), ("＋A1", "'+A1"), ("－A1", "'-A1"), ("＠SUM(A1)", "'@SUM(A1)")]
)
def test_a_full_width_sign_counts_as_the_sign(cell, written):
    assert read_cell(write_csv([[cell]])) == written


def test_what_is_no_formula_stays_as_it_is():
    assert (
        write_csv([["a=b", 'say "hi", you', -1, "-1", "é", "東京＠駅"]])
        == '\ufeffa=b,"say ""hi"", you",-1,-1,é,東京＠駅\r\n'
    )


def test_months_without_calls_have_no_rows_however_many_are_asked_for(client, carol, alice):
    client.force_login(carol)
    everything = {"first": "2000-01", "last": f"{this_month():%Y-%m}"}
    assert rows(client.get(EXPORT, everything)) == []
    create_usage(alice)
    create_usage(None, "2024-03-01 10:00")
    assert [row["person"] for row in rows(client.get(EXPORT, everything))] == ["", "alice@example.com"]


def test_the_first_call_there_is_counts_to_its_month_in_the_time_zone_of_the_site(client, carol, alice, settings):
    settings.TIME_ZONE = "America/Los_Angeles"
    create_usage(alice, "2024-03-01 02:00")
    client.force_login(carol)
    assert [row["month"] for row in rows(client.get(EXPORT, {"first": "2024-02", "last": "2024-03"}))] == ["2024-02"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Name the first month."),
        ({"first": "2024-03"}, "Name the last month."),
        ({"first": "2024-04", "last": "2024-03"}, "The first month is after the last one."),
        ({"first": "2024-03", "last": "2099-01"}, "The month 2099-01 has not begun."),
        ({"first": "=1", "last": "2024-03"}, "Name a month like this:"),
        ({"first": "\0", "last": "9" * 5000}, "Name a month like this:"),
    ],
)
def test_months_that_cannot_be_are_refused_with_a_sentence(client, carol, asked, sentence):
    client.force_login(carol)
    answer = client.get(EXPORT, asked)
    assert answer.status_code == 400
    assert sentence in answer.text
