"""Generates text of any length and shape, with numbers that show a missing or repeated piece."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count, islice, pairwise
from time import monotonic

# About a word each. Long runs without a space are cut, as tokens are, so that no delta is very long.
PIECE = re.compile(r"\S{1,12}\s*|\s+")
SENTENCES = (
    "The morning train was late, and nobody on the platform seemed to mind.",
    "A small *detail* in the second report explained most of the difference.",
    "We measured it twice, wrote both figures down and kept the `larger` one.",
    "Rain came over the hills towards noon and stayed for the afternoon.",
    "The team agreed on **one** owner for the list, which made it shorter at once.",
    "Somebody had left the window open, so the papers had moved around the room.",
)
OPENINGS = {
    "prose": "",
    "list": "",
    "fence": "```python\n",
    "table": "| No. | Place | Figure |\n|---|---|---|\n",
}
CLOSINGS = {"prose": " The end.", "list": "\n- The end.", "fence": "\n```", "table": "\n| – | end | 0 |"}


def generate_lines(kind: str) -> Iterator[str]:
    """Yield lines of this shape without end."""
    for number in count(1):
        sentence = SENTENCES[number % len(SENTENCES)]
        if kind == "list":
            yield f"- Item {number}: {sentence}\n"
        elif kind == "fence":
            yield f"value_{number} = compute({number}, label='step {number}')  # {number % 7} left\n"
        elif kind == "table":
            yield f"| {number} | Room {number % 40} | {number * 37 % 1000} |\n"
        else:
            yield f"Note {number}. {sentence}" + ("\n\n" if number % 4 == 0 else " ")


def generate_pieces(kind: str) -> Iterator[str]:
    """Yield text of this shape in pieces without end."""
    yield from PIECE.findall(OPENINGS[kind])
    for line in generate_lines(kind):
        yield from PIECE.findall(line)


@lru_cache(maxsize=16)
def text_of_length(kind: str, length: int) -> str:
    """Return a text of exactly this many characters, closed properly if there is room for it."""
    opening, closing = OPENINGS[kind], CLOSINGS[kind]
    if length <= len(opening) + len(closing):
        closing = ""
    text, lines = opening, generate_lines(kind)
    while len(text) < length:
        text += next(lines)
    text = text[: length - len(closing)]
    # Readers would not see white space at the cut, and a site may strip it: dots take its place.
    return text.rstrip().ljust(len(text), ".") + closing


@lru_cache(maxsize=16)
def pieces_of_count(kind: str, number: int) -> tuple[str, ...]:
    """Return a text in exactly this many pieces of about a word."""
    return (*islice(generate_pieces(kind), number - 1), CLOSINGS[kind])


@lru_cache(maxsize=64)
def split_into_words(text: str) -> tuple[str, ...]:
    """Return the text in pieces of about a word."""
    return tuple(PIECE.findall(text))


def split_evenly(text: str, number: int) -> tuple[str, ...]:
    """Return the text in this many pieces, or in single characters if it has fewer."""
    number = min(number, len(text))
    cuts = [index * len(text) // number for index in range(number + 1)]
    return tuple(text[start:stop] for start, stop in pairwise(cuts))


def add_timestamps(pieces: Iterable[str], interval: int) -> Iterator[str]:
    """Put the monotonic time of sending before every n-th piece, from the first one: `@123.456789`."""
    for index, piece in enumerate(pieces):
        yield piece if index % interval else f"@{monotonic():.6f} {piece}"
