"""The geometry of the chart of costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.costs.chart import HEIGHT, MAX_GRID_LINES, TOP_MARGIN, choose_step, draw_chart, width_of_share


def test_bars_are_as_high_as_their_values():
    chart = draw_chart([0, 50, 100])
    assert [bar.height for bar in chart.bars] == ["0.0", "80.0", "160.0"]
    assert [bar.center for bar in chart.bars] == ["16.67%", "50.00%", "83.33%"]
    assert [line.value for line in chart.grid_lines] == [0, 50, 100]


def test_months_without_costs_have_a_base_line_and_empty_bars():
    assert [line.value for line in draw_chart([0, 0]).grid_lines] == [0]
    assert [bar.height for bar in draw_chart([0, 0]).bars] == ["0.0", "0.0"]
    assert draw_chart([]).bars == []


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=40))
def test_no_bar_leaves_the_drawing_and_every_cost_is_visible(values):
    chart = draw_chart(values)
    for value, bar in zip(values, chart.bars, strict=True):
        assert TOP_MARGIN - 0.1 <= float(bar.y) <= TOP_MARGIN + HEIGHT
        assert (float(bar.height) > 0) == (value > 0)
    assert chart.grid_lines[-1].value >= max(values)
    assert len(chart.grid_lines) <= MAX_GRID_LINES + 1


@pytest.mark.parametrize(("highest", "step"), [(0, 1), (4, 1), (5, 2), (21, 10), (41_000_000, 20_000_000)])
def test_steps_are_round(highest, step):
    assert choose_step(highest) == step


@pytest.mark.parametrize(
    ("part", "whole", "width"), [(1, 4, "25.00%"), (5, 4, "100.00%"), (-1, 4, "0.00%"), (1, 0, "0.00%")]
)
def test_a_share_is_between_nothing_and_all(part, whole, width):
    assert width_of_share(part, whole) == width
