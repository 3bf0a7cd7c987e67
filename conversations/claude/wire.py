"""Claude's event stream, decoded: bytes in any pieces become the events of the Messages API. Pure; for the client.

Framing: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
Events: https://platform.claude.com/docs/en/build-with-claude/streaming (API version 2026-10-21)
"""

import json
import re
from collections.abc import Callable
from typing import Any, get_args

import msgspec

from conversations.models.tool import TOOL_NAME
from conversations.models.tool_call import INVALID_INPUT

#: Bytes of one event; nothing else limits the memory that an event takes.
MAX_EVENT = 8 * 1024 * 1024
#: Characters of an id that is sent back.
MAX_ID = 100
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
#: https://platform.claude.com/docs/en/agents-and-tools/tool-use
TOOL_ID = re.compile(r"[a-zA-Z0-9_-]{1,100}")

#: The data of an event. Its other fields only repeat what the data says.
DATA_LINE = re.compile(rb"^data: ?(.*)$", re.MULTILINE)


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


class CompactionDelta(msgspec.Struct, tag="compaction_delta"):
    content: str | None = None
    encrypted_content: str | None = None


Delta = TextDelta | ThinkingDelta | SignatureDelta | InputJSONDelta | CitationsDelta | CompactionDelta


class Message(msgspec.Struct):
    """`usage` is an object of counts; read by `counts`, because other servers send any shape, also of the rest."""

    model: str | None = None
    usage: Any = None
    id: Any = None
    diagnostics: Any = None
    container: Any = None


class StopReason(msgspec.Struct):
    stop_reason: str | None = None
    container: Any = None


class MessageStart(msgspec.Struct, tag="message_start"):
    message: Message = msgspec.field(default_factory=Message)


class ContentBlockStart(msgspec.Struct, tag="content_block_start"):
    content_block: dict[str, Any]
    index: int = 0


class ContentBlockDelta(msgspec.Struct, tag="content_block_delta"):
    delta: Delta
    index: int = 0


class ContentBlockStop(msgspec.Struct, tag="content_block_stop"):
    index: int = 0


class MessageDelta(msgspec.Struct, tag="message_delta"):
    delta: StopReason
    usage: Any = None


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

    def finish(self) -> list[bytes]:
        """The data of a last event that no empty line has ended."""
        return self.feed(b"\n\n")


def decode_event(data: bytes) -> Event | None:
    """An event of the protocol; None for a type of event or delta that is not known yet, and for `[DONE]`.

    Text may begin or end with half a surrogate pair, whose other half is in another event of its block. Raises
    ValueError (or RecursionError) if it is not JSON, or does not have the shape of the protocol.
    """
    # msgspec refuses the escape of a lone surrogate; the standard library lets it through.
    if b"\\u0000" not in data:
        try:
            return _decode_event(data)
        except msgspec.DecodeError:
            pass
    # Servers of other protocols end their streams with it.
    if data == b"[DONE]":
        return None
    try:
        return _decode_scrubbed(data)
    except msgspec.ValidationError:
        if _is_of_unknown_type(decode_json(data)):
            return None
        raise


def decode_json(data: bytes) -> Any:
    """Any JSON value; raises ValueError (or RecursionError) if it is not JSON."""
    return _decode_any(json.dumps(_scrub(json.loads(data)), allow_nan=False).encode())


def scrub_text(text: str) -> str:
    """Replaces NUL and lone surrogates, which no database can store, by U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", REPLACEMENT)


def escape_tag(text: str, name: str) -> str:
    """A text that is sent between tags of this name, without any that Claude may read as one of them.

    Nothing is cut out: what stands around it could be the tag then.
    """
    return re.sub(rf"<(?=[\s/]*{name})", "&lt;", text, flags=re.IGNORECASE)


def is_half_pair(text: str) -> bool:
    """Whether a text begins or ends with half a surrogate pair."""
    return "\ud800" <= text[:1] <= "\udfff" or "\ud800" <= text[-1:] <= "\udfff"


def _decode_scrubbed(data: bytes) -> Event:
    """The event with every string scrubbed; only text and thinking keep halves of pairs at their ends."""
    event: Event = msgspec.convert(decode_json(data), Event)
    if isinstance(event, ContentBlockStart):
        block = json.loads(data)["content_block"]
        kind = block.get("type")
        if kind in ("text", "thinking") and isinstance(block.get(kind), str):
            event.content_block[kind] = _scrub_inside(block[kind])
    elif isinstance(event, ContentBlockDelta):
        delta = json.loads(data)["delta"]
        match event.delta:
            case TextDelta():
                event.delta = TextDelta(_scrub_inside(delta["text"]))
            case ThinkingDelta():
                event.delta = ThinkingDelta(_scrub_inside(delta["thinking"]))
            case InputJSONDelta():
                event.delta = InputJSONDelta(_scrub_inside(delta["partial_json"]))
    return event


def _scrub(value: Any) -> Any:
    """A JSON value with every string scrubbed."""
    match value:
        case str():
            return scrub_text(value)
        case list():
            return [_scrub(item) for item in value]
        case dict():
            return {scrub_text(key): _scrub(item) for key, item in value.items()}
    return value


def _scrub_inside(text: str) -> str:
    low = text[:1] if "\udc00" <= text[:1] <= "\udfff" else ""
    high = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
    return low + scrub_text(text[len(low) : len(text) - len(high)]) + high


def _is_of_unknown_type(event: Any) -> bool:
    match event:
        case {"type": "content_block_delta", "delta": {"type": str(delta_type)}}:
            return delta_type not in DELTA_TYPES
        case {"type": str(event_type)}:
            return event_type not in EVENT_TYPES
    return False


def read_id(value: Any) -> str:
    """The id in an object, such as that of a container; empty where there is none."""
    match value:
        case {"id": str(found)} if len(found) <= MAX_ID:
            return found
    return ""


def check_tool_use(block: dict[str, Any]) -> None:
    """Raise ValueError for a call without a valid id or name: sent back, the API would refuse it for ever."""
    if block.get("type") != "tool_use":
        return
    is_valid = TOOL_ID.fullmatch(str(block.get("id") or "")) and TOOL_NAME.fullmatch(str(block.get("name") or ""))
    if not is_valid:
        raise ValueError("A call of a tool has no valid id or name.")
    if not isinstance(block.get("input"), dict):
        block["input"] = {}


def decode_input(text: str) -> dict[str, Any]:
    """The input of a tool; what is no JSON object, such as one that was cut, as INVALID_INPUT.

    https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
    """
    try:
        value = decode_json(text.encode())
    except ValueError:
        return {INVALID_INPUT: text}
    return value if isinstance(value, dict) else {INVALID_INPUT: text}
