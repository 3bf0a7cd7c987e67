"""Claude's event stream, decoded: bytes in any pieces become the events of the Messages API. Pure; for the client.

Framing: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
Events: https://platform.claude.com/docs/en/build-with-claude/streaming (API version 2026-10-21)
"""

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, get_args

import msgspec

#: Bytes of one event; nothing else limits the memory that an event takes.
MAX_EVENT = 8 * 1024 * 1024
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

#: The data of an event. Its other fields only repeat what the data says.
DATA_LINE = re.compile(rb"^data: ?(.*)$", re.MULTILINE)

#: A count of tokens, as large as its column in the database.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class CacheCreation(msgspec.Struct):
    ephemeral_1h_input_tokens: Count | None = None


class Usage(msgspec.Struct):
    """Totals so far; a total that is missing or null has not changed."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None


class TextDelta(msgspec.Struct, frozen=True, tag="text_delta"):
    text: str


class ThinkingDelta(msgspec.Struct, frozen=True, tag="thinking_delta"):
    thinking: str


class SignatureDelta(msgspec.Struct, tag="signature_delta"):
    signature: str


class InputJSONDelta(msgspec.Struct, tag="input_json_delta"):
    partial_json: str


class CitationsDelta(msgspec.Struct, tag="citations_delta"):
    citation: dict[str, Any]


Delta = TextDelta | ThinkingDelta | SignatureDelta | InputJSONDelta | CitationsDelta


class Message(msgspec.Struct):
    model: str
    usage: Usage


class StopReason(msgspec.Struct):
    stop_reason: str | None = None


class MessageStart(msgspec.Struct, tag="message_start"):
    message: Message


class ContentBlockStart(msgspec.Struct, tag="content_block_start"):
    content_block: dict[str, Any]


class ContentBlockDelta(msgspec.Struct, tag="content_block_delta"):
    delta: Delta


class ContentBlockStop(msgspec.Struct, tag="content_block_stop"):
    pass


class MessageDelta(msgspec.Struct, tag="message_delta"):
    delta: StopReason
    usage: Usage | None = None


class MessageStop(msgspec.Struct, tag="message_stop"):
    pass


class Ping(msgspec.Struct, tag="ping"):
    pass


class Error(msgspec.Struct, tag="error"):
    error: Any = None
    request_id: Any = None


Event = (
    MessageStart | ContentBlockStart | ContentBlockDelta | ContentBlockStop | MessageDelta | MessageStop | Ping | Error
)
EVENT_TYPES = {struct.__struct_config__.tag for struct in get_args(Event)}
DELTA_TYPES = {struct.__struct_config__.tag for struct in get_args(Delta)}

_decode_event: Callable[[bytes], Event] = msgspec.json.Decoder(Event).decode
_decode_any = msgspec.json.Decoder().decode


class EventSplitter:
    """Splits a byte stream of server-sent events; keeps an incomplete event until the rest of it comes."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of each event that this chunk completes. Raises ValueError if an event is too long."""
        if len(self._rest) > MAX_EVENT:
            raise ValueError("An event of the stream is too long.")
        stream = self._rest + chunk
        if b"\r" in stream:
            # A \r at the end may be the first half of \r\n: it waits for the next chunk.
            if stream.endswith(b"\r"):
                stream, last = stream[:-1], b"\r"
            else:
                last = b""
            stream = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + last
        events = stream.split(b"\n\n")
        self._rest = events.pop()
        return [data for event in events if (data := b"\n".join(DATA_LINE.findall(event)))]


def decode_event(data: bytes) -> Event | None:
    """An event of the protocol; None for a type of event or delta that is not known yet.

    Raises ValueError (or RecursionError) if it is not JSON, or does not have the shape of the protocol.
    """
    try:
        return _decode_event(_scrub_json(data) if b"\\u0000" in data else data)
    except msgspec.ValidationError:
        if _is_of_unknown_type(decode_json(data)):
            return None
        raise
    except msgspec.DecodeError:
        # msgspec refuses the escape of a lone surrogate; the standard library lets it through.
        return decode_event(_scrub_json(data))


def decode_json(data: bytes) -> Any:
    """Any JSON value; raises ValueError (or RecursionError) if it is not JSON."""
    return _decode_any(_scrub_json(data))


def scrub_text(text: str) -> str:
    """Replaces NUL and lone surrogates, which no database can store, by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", REPLACEMENT)


def _scrub_json(data: bytes) -> bytes:
    """The same JSON with every string scrubbed."""
    return json.dumps(_scrub_value(json.loads(data)), allow_nan=False).encode()


def _scrub_value(value: Any) -> Any:
    match value:
        case str():
            return scrub_text(value)
        case list():
            return [_scrub_value(item) for item in value]
        case dict():
            return {scrub_text(key): _scrub_value(item) for key, item in value.items()}
    return value


def _is_of_unknown_type(event: Any) -> bool:
    match event:
        case {"type": "content_block_delta", "delta": {"type": str(delta_type)}}:
            return delta_type not in DELTA_TYPES
        case {"type": str(event_type)}:
            return event_type not in EVENT_TYPES
    return False
