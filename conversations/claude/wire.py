"""Claude's event stream, decoded chunk by chunk: bytes in, JSON objects out. Pure; used by claude.py.

Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

#: One event is never this long; a larger one would only fill the memory.
LONGEST_EVENT = 8 * 1024 * 1024
#: How the event of a piece of text begins, word for word; what differs goes the general way.
TEXT_DELTA = b"event: content_block_delta\ndata: "
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class _Text(msgspec.Struct, tag_field="type", tag="text_delta"):
    text: str


class TextDelta(msgspec.Struct, tag_field="type", tag="content_block_delta"):
    """A piece of text, as nearly all events are: decoded straight into this it costs a third of the general way."""

    delta: _Text


_text_delta = msgspec.json.Decoder(TextDelta).decode
_any = msgspec.json.Decoder().decode


def _text(data: bytes) -> TextDelta | None:
    """A piece of text; None for another kind of delta, and for one that has to be mended."""
    try:
        piece = _text_delta(data)
    except msgspec.DecodeError:
        return None
    return None if "\0" in piece.delta.text else piece


class EventDecoder:
    """Collects bytes until an event is whole. Raises ValueError for what is not the protocol."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def lone_text(self, chunk: bytes) -> str:
        """The piece of text that a chunk is, as nearly all are; empty for any other chunk, which `feed` takes apart."""
        if self._rest or not chunk.startswith(TEXT_DELTA) or chunk.find(b"\n\n") != len(chunk) - 2:
            return ""
        piece = _text(chunk[len(TEXT_DELTA) : -2])
        return piece.delta.text if piece else ""

    def feed(self, chunk: bytes) -> Iterator[TextDelta | dict[str, Any]]:
        """The events that this chunk completes. Only their `data` lines matter: its `type` names the event.

        One by one, so that what came before a broken event in the same chunk is not lost.
        """
        data = self._rest + chunk
        if b"\r" in data:
            # A lone \r at the end may be half of \r\n: wait for the next chunk.
            data, held = (data[:-1], b"\r") if data.endswith(b"\r") else (data, b"")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + held
        *events, self._rest = data.split(b"\n\n")
        if len(self._rest) > LONGEST_EVENT:
            raise ValueError("An event of the stream is too long.")
        for event in events:
            if (payload := self._payload(event)) is not None:
                yield payload

    def _payload(self, event: bytes) -> TextDelta | dict[str, Any] | None:
        if event.startswith(TEXT_DELTA) and (piece := _text(event[len(TEXT_DELTA) :])):
            return piece
        data = b"\n".join(line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:"))
        if not data:
            return None
        payload = self.decode(data)
        if not isinstance(payload, dict):
            raise ValueError("An event of the stream is not an object.")
        return payload

    @staticmethod
    def decode(data: bytes) -> Any:
        """JSON whose strings hold neither NUL nor lone surrogates, which no database could store."""
        try:
            value = _any(data)
        except msgspec.DecodeError:
            # msgspec refuses a lone surrogate escape; the standard library lets it through.
            return without_poison(json.loads(data))
        return without_poison(value) if b"\\u0000" in data else value


def without_poison(value: Any) -> Any:
    """The same JSON value with NUL and lone surrogates replaced in every string."""
    match value:
        case str():
            safe = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return safe.replace("\0", REPLACEMENT)
        case list():
            return [without_poison(each) for each in value]
        case dict():
            return {without_poison(key): without_poison(each) for key, each in value.items()}
    return value
