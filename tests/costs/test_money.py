"""Amounts of money as text."""

import pytest

from conversations.costs.money import format_dollars


@pytest.mark.parametrize(
    ("micro_dollars", "shown"),
    [
        (0, "$0.00"),
        (1, "< $0.0001"),
        (99, "< $0.0001"),
        (100, "$0.0001"),
        (4210, "$0.0042"),
        (999_949, "$0.9999"),
        (999_950, "$1.00"),
        (1_250_000, "$1.25"),
        (12_345_678_900, "$12,345.68"),
        (-1, "\N{MINUS SIGN}$0.0001"),
        (-4210, "\N{MINUS SIGN}$0.0042"),
        (None, "unknown"),
    ],
)
def test_amounts_have_as_many_places_as_matter(micro_dollars, shown):
    assert format_dollars(micro_dollars) == shown
