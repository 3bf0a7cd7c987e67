"""Made-up text of any length and shape, numbered so that a missing or repeated piece can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count, islice, pairwise
from time import monotonic

# About a word each; long runs without a space are cut like tokens, so that no delta is huge.
PIECE = re.compile(r"\S{1,12}\s*|\s+")
SENTENCES = (
    "The morning train was late, and nobody on the platform seemed to mind.",
    "A small *detail* in the second report explained most of the difference.",
    "We measured it twice, wrote both figures down and kept the `larger` one.",
    "Rain came over the hills towards noon and stayed for the afternoon.",
    "The team agreed on **one** owner for the list, which made it shorter at once.",
    "Somebody had left the window open, so the papers had moved around the room.",
)
OPENING = {
    "prose": "",
    "list": "",
    "fence": "```python\n",
    "table": "| No. | Place | Figure |\n|---|---|---|\n",
}
CLOSING = {"prose": " The end.", "list": "\n- The end.", "fence": "\n```", "table": "\n| – | end | 0 |"}


def lines(kind: str) -> Iterator[str]:
    """The body of a shape, for ever."""
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


def endless(kind: str) -> Iterator[str]:
    yield from PIECE.findall(OPENING[kind])
    for line in lines(kind):
        yield from PIECE.findall(line)


@lru_cache(maxsize=16)
def of_length(kind: str, size: int) -> str:
    """Exactly so many characters, the last one visible, closed properly where there is room for it."""
    closing = CLOSING[kind] if size > len(OPENING[kind]) + len(CLOSING[kind]) else ""
    text, body = [OPENING[kind]], lines(kind)
    length = len(text[0])
    while length < size:
        text.append(next(body))
        length += len(text[-1])
    return fill("".join(text)[: size - len(closing)]) + closing


def fill(text: str) -> str:
    """A cut may leave white space at the end, which a reader would not see and a site may strip."""
    return text.rstrip().ljust(len(text), ".")


@lru_cache(maxsize=16)
def of_deltas(kind: str, number: int) -> tuple[str, ...]:
    """Exactly so many deltas, about a word each."""
    return (*islice(endless(kind), number - 1), CLOSING[kind])


@lru_cache(maxsize=64)
def pieces(text: str) -> tuple[str, ...]:
    return tuple(PIECE.findall(text))


def clocked(pieces: Iterable[str], every: int) -> Iterator[str]:
    """The same pieces, the first and then every n-th told when it was sent: @123.456789, on the monotonic clock."""
    for place, piece in enumerate(pieces):
        yield piece if place % every else f"@{monotonic():.6f} {piece}"


def evenly(text: str, number: int) -> tuple[str, ...]:
    """A given text in so many deltas, or one a character if it is shorter than that."""
    number = min(number, len(text))
    cuts = [index * len(text) // number for index in range(number + 1)]
    return tuple(text[start:stop] for start, stop in pairwise(cuts))
