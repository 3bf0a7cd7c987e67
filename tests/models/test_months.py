"""Calendar months in the site's time zone."""

from datetime import UTC, date, datetime

import pytest

from conversations.models.months import add_months, month_of, months_between, start_of_month


@pytest.mark.parametrize(
    ("number", "month"),
    [
        (0, date(2024, 11, 1)),
        (1, date(2024, 12, 1)),
        (2, date(2025, 1, 1)),
        (-11, date(2023, 12, 1)),
        (12, date(2025, 11, 1)),
    ],
)
def test_months_are_added_across_years(number, month):
    assert add_months(date(2024, 11, 1), number) == month


def test_all_months_between_two_include_both():
    assert months_between(date(2024, 12, 1), date(2025, 2, 1)) == [
        date(2024, 12, 1),
        date(2025, 1, 1),
        date(2025, 2, 1),
    ]


def test_a_month_begins_in_the_time_zone_of_the_site(settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    assert start_of_month(date(2024, 3, 1)) == datetime(2024, 2, 29, 11, tzinfo=UTC)
    assert month_of(datetime(2024, 2, 29, 11, tzinfo=UTC)) == date(2024, 3, 1)
