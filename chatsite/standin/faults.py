"""Faults in the middle of a stream: steps that are inserted after a number of text deltas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat

from chatsite.standin.events import FOREVER, PING, Step, encode_event, encode_json, text_delta
from chatsite.standin.markers import Markers
from chatsite.standin.reply import Reply

# What was sent before a reset must have arrived, because the client's kernel discards unread data at a reset.
SECONDS_BEFORE_RESET = 0.05
PING_SECONDS = 1.0
BROKEN_TEXT = "SPOILT"


def insert_faults(reply: Reply, markers: Markers, request_id: str) -> Iterator[Step]:
    """Return the steps of the reply with every fault of the markers; a fault that ends the stream comes last."""
    steps = reply.steps()
    if "unknown" in markers:
        steps = insert_after(steps, 1, unknown_events(reply.text_index))
    if "pause" in markers:
        deltas, seconds = markers["pause"]
        steps = insert_after(steps, deltas, [Step(b"", pause=seconds)])
    for name in ("malformed", "badutf8", "misshaped"):
        if name in markers:
            steps = insert_after(steps, markers.first(name), [broken_event(name, reply.text_index)])
    if "error" in markers:
        error_type, deltas = markers["error"]
        steps = insert_after(steps, deltas, [error_event(error_type, request_id)])
    if "truncate" in markers:
        steps = insert_after(steps, markers.first("truncate"), [Step(b"", ending="truncated")])
    if "reset" in markers:
        reset = [Step(b"", pause=SECONDS_BEFORE_RESET), Step(b"", ending="reset")]
        steps = insert_after(steps, markers.first("reset"), reset)
    if "stall" in markers:
        deltas, *ping = markers["stall"]
        silence: Iterable[Step] = [Step(b"", pause=FOREVER)]
        if ping:
            silence = repeat(PING._replace(pause=PING_SECONDS))
        steps = insert_after(steps, deltas, silence)
    return steps


def insert_after(steps: Iterator[Step], deltas: int, inserted: Iterable[Step]) -> Iterator[Step]:
    """Insert steps after so many text deltas (0: after `message_start`), or at the end of a shorter reply."""
    sent, is_due = 0, True
    for step in steps:
        if is_due and step.wire.startswith(b"event: message_delta"):
            is_due = False
            yield from inserted
        yield step
        sent += step.deltas
        if is_due and sent == deltas:
            is_due = False
            yield from inserted


def error_event(error_type: str, request_id: str) -> Step:
    message = "Overloaded" if error_type == "overloaded_error" else "Something went wrong in mid-stream"
    data = {"type": "error", "error": {"type": error_type, "message": message}, "request_id": request_id}
    return Step(encode_event("error", data), ending="error")


def broken_event(name: str, index: int) -> Step:
    """Return an event that is not JSON, not UTF-8 or not of the protocol's shape."""
    if name == "misshaped":
        return Step(encode_event("content_block_delta", {"index": index, "delta": ["text_delta", BROKEN_TEXT]}))
    wire, text = text_delta(index, BROKEN_TEXT).wire, BROKEN_TEXT.encode()
    if name == "malformed":
        return Step(wire[: wire.index(text)] + b"\n\n")
    return Step(wire.replace(text, b"\xc3\x28\xff\xfe"))


def unknown_events(index: int) -> list[Step]:
    """Return events, deltas and fields that no client knows. The protocol may gain such, so clients must skip them."""
    unknown_delta = {"index": index, "delta": {"type": "mystery_delta", "mystery": "x"}}
    return [
        Step(encode_event("mystery_event", {"detail": {"level": 3}})),
        Step(encode_event("content_block_delta", unknown_delta)),
        Step(b": a comment\n\n"),
        Step(b"event: ping\ndata: " + encode_json({"type": "ping", "new": True}) + b"\n\n"),
    ]
