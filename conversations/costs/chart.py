"""Where the bars of a chart stand: numbers in, places out; the template draws them as SVG.

Across, places are in percent, so that a chart is as wide as its page and its letters keep their size; down, in pixels.
They are words already: a number could be written with a comma in another language, and SVG would not read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

#: Height of the drawing area, room above it for half a letter, and how much of its share of the width a bar takes.
HEIGHT, ABOVE, FILLED = 160, 10, 0.7
#: How many lines there are at most, the ground not counted.
LINES = 4


class Bar(NamedTuple):
    x: str
    centre: str
    width: str
    y: str
    height: str


class Line(NamedTuple):
    y: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    lines: list[Line]


def chart(values: Sequence[int]) -> Chart:
    """Bars from left to right, none of them negative, and lines at round values up to the first above all of them."""
    most = max(values, default=0)
    step = round_step(most)
    top = step * -(-most // step) or step
    lines = [Line(_pixels(ABOVE + HEIGHT - HEIGHT * value / top), value) for value in range(0, most + step, step)]
    return Chart([_bar(index, value / top, len(values)) for index, value in enumerate(values)], lines)


def round_step(most: int) -> int:
    """1, 2 or 5 times a power of ten, so that at most LINES steps reach the most."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * LINES >= most:
                return step
        power *= 10


def share(part: int, whole: int) -> str:
    """How much of the whole, as a width."""
    return _percent(max(0, min(part, whole)) / whole if whole > 0 else 0)


def _bar(index: int, filled: float, number: int) -> Bar:
    left = (index + (1 - FILLED) / 2) / number
    # A bar that stands for something can be seen.
    height = max(HEIGHT * filled, 1) if filled else 0
    y = _pixels(ABOVE + HEIGHT - height)
    return Bar(_percent(left), _percent((index + 0.5) / number), _percent(FILLED / number), y, _pixels(height))


def _percent(part: float) -> str:
    return f"{100 * part:.2f}%"


def _pixels(number: float) -> str:
    return f"{number:.1f}"
