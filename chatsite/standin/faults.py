"""What goes wrong in the middle of a stream: steps put in after so many text deltas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

from .markers import Markers
from .script import FOR_EVER, PING, Reply, Step, delta, encode, event

SETTLE = 0.05  # what was sent before a reset must have arrived, or the reset would take it along
PING_EVERY = 1.0


def strike(steps: Iterator[Step], reply: Reply, markers: Markers, request_id: str) -> Iterator[Step]:
    """The steps of a reply with every fault asked for, the lasting ones applied last."""
    if "unknown" in markers:
        steps = after(steps, 1, strangers(reply.text_index))
    if "pause" in markers:
        deltas, seconds = markers["pause"]
        steps = after(steps, deltas, [Step(b"", pause=seconds)])
    for name in ("malformed", "badutf8", "misshaped"):
        if name in markers:
            steps = after(steps, markers.first(name), [broken(name, reply.text_index)])
    if "error" in markers:
        kind, deltas = markers["error"]
        steps = after(steps, deltas, [failure(kind, request_id)])
    if "truncate" in markers:
        steps = after(steps, markers.first("truncate"), [Step(b"", ends="truncated")])
    if "reset" in markers:
        steps = after(steps, markers.first("reset"), [Step(b"", pause=SETTLE), Step(b"", ends="reset")])
    if "stall" in markers:
        deltas, *ping = markers["stall"]
        silence: Iterable[Step] = repeat(PING._replace(pause=PING_EVERY)) if ping else [Step(b"", pause=FOR_EVER)]
        steps = after(steps, deltas, silence)
    return steps


def after(steps: Iterator[Step], deltas: int, blow: Iterable[Step]) -> Iterator[Step]:
    """The blow falls after so many text deltas (0: after `message_start`), in a shorter reply at its end."""
    sent, due = 0, True
    for step in steps:
        if due and step.wire.startswith(b"event: message_delta"):
            due = False
            yield from blow
        yield step
        sent += step.deltas
        if due and sent == deltas:
            due = False
            yield from blow


def failure(kind: str, request_id: str) -> Step:
    message = "Overloaded" if kind == "overloaded_error" else "Something went wrong in mid-stream"
    data = {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
    return Step(event("error", data), ends="error")


def broken(name: str, index: int) -> Step:
    if name == "misshaped":
        return Step(event("content_block_delta", {"index": index, "delta": ["text_delta", "SPOILT"]}))
    wire = delta(index, {"type": "text_delta", "text": "SPOILT"}).wire
    if name == "malformed":
        return Step(wire[: wire.index(b"SPOILT")] + b"\n\n")
    return Step(wire.replace(b"SPOILT", b"\xc3\x28\xff\xfe"))


def strangers(index: int) -> list[Step]:
    """Kinds of events and deltas that may come one day; a client must let them pass."""
    return [
        Step(event("mystery_event", {"detail": {"level": 3}})),
        Step(event("content_block_delta", {"index": index, "delta": {"type": "mystery_delta", "mystery": "x"}})),
        Step(b": a comment\n\n"),
        Step(b"event: ping\ndata: " + encode({"type": "ping", "new": True}) + b"\n\n"),
    ]
