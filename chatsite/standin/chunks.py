"""Cuts the steps of a stream into chunks, as the markers `burst`, `bytes` and `split` demand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chatsite.standin.events import Step
from chatsite.standin.markers import Markers

SECONDS_BETWEEN_HALVES = 0.002
MAX_JOINED_STEPS = 100_000  # an endless reply cannot be one chunk


def cut_into_chunks(steps: Iterator[Step], markers: Markers) -> Iterator[Step]:
    if "burst" in markers:
        return join_steps(steps)
    if "bytes" in markers:
        return slice_steps(steps, markers.first("bytes"))
    if "split" in markers:
        return split_characters(steps)
    return steps


def join_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """Join all steps up to the end or to a pause that a marker demands."""
    joined: list[Step] = []
    for step in steps:
        joined.append(step)
        if step.pause or step.ending or len(joined) == MAX_JOINED_STEPS:
            yield join(joined)
            joined.clear()
    if joined:
        yield join(joined)


def join(steps: list[Step]) -> Step:
    return Step(
        wire=b"".join(step.wire for step in steps),
        text="".join(step.text for step in steps),
        deltas=sum(step.deltas for step in steps),
        pause=steps[-1].pause or 0.0,
        usage=next((step.usage for step in reversed(steps) if step.usage), None),
        ending=steps[-1].ending,
    )


def slice_steps(steps: Iterable[Step], size: int) -> Iterator[Step]:
    for step in steps:
        yield from split_step(step, range(size, len(step.wire), size), pause=0.0)


def split_characters(steps: Iterable[Step]) -> Iterator[Step]:
    """Cut inside every character of several bytes, and pause there so that the halves arrive apart."""
    for step in steps:
        continuation_bytes = [offset for offset, byte in enumerate(step.wire) if byte & 0xC0 == 0x80]
        yield from split_step(step, continuation_bytes, pause=SECONDS_BETWEEN_HALVES)


def split_step(step: Step, offsets: Iterable[int], *, pause: float) -> Iterator[Step]:
    start = 0
    for end in offsets:
        yield Step(step.wire[start:end], pause=pause)
        start = end
    yield step._replace(wire=step.wire[start:])
