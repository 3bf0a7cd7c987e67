"""The geometry of a bar chart. Takes numbers and returns positions, which a template draws as SVG.

Horizontal positions are in percent, so that the chart is as wide as the page while its text keeps its size. Vertical
positions are in pixels. All are strings: a template would write a number with a comma in some languages, which is not
valid in SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: Height of the drawing area in pixels, and the room above it for half a line of text.
HEIGHT = 160
TOP_MARGIN = 10
#: How much of its share of the width a bar takes.
BAR_WIDTH = 0.7
#: How many grid lines there are at most above the base line.
MAX_GRID_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: str
    center: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    y: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    bars: list[Bar]
    grid_lines: list[GridLine]


def draw_chart(values: Sequence[int]) -> Chart:
    """Return one bar for each value, from left to right, and grid lines at round values. No value may be negative."""
    highest = max(values, default=0)
    step = choose_step(highest)
    top = max(step, step * ((highest + step - 1) // step))
    grid_lines = [
        GridLine(y=format_pixels(TOP_MARGIN + HEIGHT - HEIGHT * value / top), value=value)
        for value in range(0, highest + step, step)
    ]
    bars = []
    for index, value in enumerate(values):
        # One pixel at least, so that every cost is visible.
        height = max(HEIGHT * value / top, 1) if value else 0
        bars.append(
            Bar(
                x=format_percent((index + (1 - BAR_WIDTH) / 2) / len(values)),
                center=format_percent((index + 0.5) / len(values)),
                width=format_percent(BAR_WIDTH / len(values)),
                y=format_pixels(TOP_MARGIN + HEIGHT - height),
                height=format_pixels(height),
            )
        )
    return Chart(bars=bars, grid_lines=grid_lines)


def choose_step(highest: int) -> int:
    """Return 1, 2 or 5 times a power of ten, so that at most MAX_GRID_LINES steps reach the highest value."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * MAX_GRID_LINES >= highest:
                return step
        power *= 10


def width_of_share(part: int, whole: int) -> str:
    """Return how much of the whole the part is, as a width between 0 and 100 percent."""
    return format_percent(max(0, min(part, whole)) / whole if whole > 0 else 0)


def format_percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}%"


def format_pixels(number: float) -> str:
    return f"{number:.1f}"
