"""Where the bars of a chart stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.costs.chart import ABOVE, HEIGHT, LINES, chart, round_step, share


def test_bars_stand_beside_each_other_as_high_as_their_values():
    drawn = chart([0, 50, 100])
    assert [bar.height for bar in drawn.bars] == ["0.0", "80.0", "160.0"]
    assert [bar.centre for bar in drawn.bars] == ["16.67%", "50.00%", "83.33%"]
    assert [line.value for line in drawn.lines] == [0, 50, 100]


def test_nothing_has_a_ground_and_no_bars():
    assert [line.value for line in chart([0, 0]).lines] == [0]
    assert [bar.height for bar in chart([0, 0]).bars] == ["0.0", "0.0"]
    assert chart([]).bars == []


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=40))
def test_no_bar_leaves_the_drawing_and_every_cost_can_be_seen(values):
    drawn = chart(values)
    for value, bar in zip(values, drawn.bars, strict=True):
        assert ABOVE - 0.1 <= float(bar.y) <= ABOVE + HEIGHT
        assert (float(bar.height) > 0) == (value > 0)
    assert drawn.lines[-1].value >= max(values)
    assert len(drawn.lines) <= LINES + 1


@pytest.mark.parametrize(("most", "step"), [(0, 1), (4, 1), (5, 2), (21, 10), (41_000_000, 20_000_000)])
def test_steps_are_round(most, step):
    assert round_step(most) == step


@pytest.mark.parametrize(
    ("part", "whole", "width"), [(1, 4, "25.00%"), (5, 4, "100.00%"), (-1, 4, "0.00%"), (1, 0, "0.00%")]
)
def test_a_share_is_between_nothing_and_all(part, whole, width):
    assert share(part, whole) == width
