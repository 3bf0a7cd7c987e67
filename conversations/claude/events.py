"""What the client yields while Claude answers, and how it is accumulated from the events on the wire. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from conversations.claude import wire
from conversations.claude.errors import Failed
from conversations.claude.wire import TextDelta, ThinkingDelta
from conversations.models.tokens import Tokens

#: Characters, as many as the columns hold.
MAX_MODEL, MAX_STOP_REASON = 80, 40


@dataclass(frozen=True, slots=True)
class MessageStarted:
    """Claude has begun to answer, and to count."""

    request_id: str
    model: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class ContentBlock:
    """A complete content block, as it is sent back to Claude in the next call."""

    block: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MessageFinished:
    """The message is complete: Claude sent a stop reason and `message_stop`. `is_counted`: with the final count."""

    stop_reason: str
    tokens: Tokens
    is_counted: bool = True


Event = MessageStarted | TextDelta | ThinkingDelta | ContentBlock | MessageFinished

#: The deltas of each type of block. Other deltas, and those of a type that is not named here, are ignored.
DELTAS: dict[str, tuple[type[wire.Delta], ...]] = {
    "text": (TextDelta, wire.CitationsDelta),
    "thinking": (ThinkingDelta, wire.SignatureDelta),
    "tool_use": (wire.InputJSONDelta,),
    "server_tool_use": (wire.InputJSONDelta,),
}


class OpenBlock:
    """A content block that has started and not stopped."""

    __slots__ = ("_block", "_deltas", "_pieces", "_type")

    def __init__(self, block: dict[str, Any]) -> None:
        """Raises ValueError if it has no type."""
        self._type = block.get("type")
        if not isinstance(self._type, str):
            raise ValueError("A content block has no type.")
        self._block = block
        self._deltas = DELTAS.get(self._type, ())
        # The text, thinking or JSON so far.
        self._pieces: list[str] = []

    def initial_events(self) -> list[Event]:
        """The events for text or thinking in the start of the block."""
        match self._block:
            case {"type": "text", "text": str(text)}:
                return self.add(TextDelta(text))
            case {"type": "thinking", "thinking": str(thinking)}:
                return self.add(ThinkingDelta(thinking))
        return []

    def add(self, delta: wire.Delta) -> list[Event]:
        if not isinstance(delta, self._deltas):
            return []
        match delta:
            case TextDelta():
                self._pieces.append(delta.text)
                return [delta] if delta.text else []
            case ThinkingDelta():
                self._pieces.append(delta.thinking)
                return [delta] if delta.thinking else []
            case wire.InputJSONDelta(partial_json):
                self._pieces.append(partial_json)
            case wire.SignatureDelta(signature):
                self._block["signature"] = signature
            case wire.CitationsDelta(citation):
                citations = self._block.get("citations")
                self._block["citations"] = [*(citations if isinstance(citations, list) else []), citation]
        return []

    def finish(self) -> ContentBlock:
        """The complete block; raises ValueError if the input of a tool is not JSON."""
        content = "".join(self._pieces)
        if self._type in {"text", "thinking"}:
            self._block[self._type] = content
        elif content:
            self._block["input"] = wire.decode_json(content.encode())
        return ContentBlock(self._block)


@dataclass(slots=True)
class MessageAccumulator:
    """Turns a stream of bytes into the events of the client, and keeps the state of the message.

    The joined text deltas always equal the joined text blocks.
    """

    request_id: str
    tokens: Tokens = field(default_factory=Tokens)
    stop_reason: str = ""
    is_started: bool = False
    is_stopped: bool = False
    #: Whether `tokens` are Claude's final count.
    is_counted: bool = False
    _splitter: wire.EventSplitter = field(default_factory=wire.EventSplitter)
    _block: OpenBlock | None = None

    @property
    def is_complete(self) -> bool:
        return self.is_stopped and bool(self.stop_reason)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that the next bytes complete, up to the end of the message.

        Raises what `decode_event` and `add` raise, after the events before the invalid one.
        """
        for data in self._splitter.feed(chunk):
            if event := wire.decode_event(data):
                yield from self.add(event)
            if self.is_stopped:
                return

    def add(self, event: wire.Event) -> list[Event]:
        """The events for one event on the wire. Raises Failed for an error, ValueError for an event out of order."""
        match event:
            case wire.ContentBlockDelta():
                return self._block.add(event.delta) if self._block else []
            case wire.Error(error, request_id):
                raise Failed.from_error(error, request_id=request_id)
            case wire.Ping():
                return []
            case wire.MessageStart() if self.is_started:
                raise ValueError("The stream has a second message_start.")
            case wire.MessageStart(message):
                self.is_started = True
                self.tokens = update_tokens(self.tokens, message.usage)
                return [MessageStarted(self.request_id, message.model[:MAX_MODEL], self.tokens)]
            case _ if not self.is_started:
                raise ValueError("The stream does not begin with message_start.")
            case wire.ContentBlockStart(content_block):
                # Blocks do not interleave: a new one ends the one before.
                events = self._finish_block()
                self._block = OpenBlock(content_block)
                return events + self._block.initial_events()
            case wire.ContentBlockStop():
                return self._finish_block()
            case wire.MessageDelta(delta, usage):
                self.stop_reason = (delta.stop_reason or self.stop_reason)[:MAX_STOP_REASON]
                if usage is not None:
                    self.is_counted = self.is_counted or usage.output_tokens is not None
                    self.tokens = update_tokens(self.tokens, usage)
                return []
            case wire.MessageStop():
                events = self._finish_block()
                self.is_stopped = True
                if self.is_complete:
                    events.append(MessageFinished(self.stop_reason, self.tokens, self.is_counted))
                return events

    def _finish_block(self) -> list[Event]:
        block, self._block = self._block, None
        return [block.finish()] if block else []


def update_tokens(tokens: Tokens, usage: wire.Usage) -> Tokens:
    """The new totals; those that `usage` leaves out do not change."""
    written_1h = usage.cache_creation.ephemeral_1h_input_tokens if usage.cache_creation else None
    totals = {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cache_write_1h": written_1h,
        "cache_read": usage.cache_read_input_tokens,
    }
    tokens = replace(tokens, **{name: total for name, total in totals.items() if total is not None})
    if usage.cache_creation_input_tokens is not None:
        written_5m = max(0, usage.cache_creation_input_tokens - tokens.cache_write_1h)
        tokens = replace(tokens, cache_write_5m=written_5m)
    return tokens
