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

#: The deltas that belong to a block. Any other delta, and one of a block that is not named here, is ignored.
DELTAS: dict[str, tuple[type[wire.Delta], ...]] = {
    "text": (TextDelta, wire.CitationsDelta),
    "thinking": (ThinkingDelta, wire.SignatureDelta),
    "tool_use": (wire.InputJSONDelta,),
    "server_tool_use": (wire.InputJSONDelta,),
}


@dataclass(slots=True)
class MessageAccumulator:
    """Turns the events on the wire into those of the client, and keeps what has come of the message.

    Whatever is sent, the text deltas put together are the text blocks put together.
    """

    request_id: str
    tokens: Tokens = field(default_factory=Tokens)
    stop_reason: str = ""
    is_started: bool = False
    is_stopped: bool = False
    #: Whether `tokens` are Claude's final count.
    is_counted: bool = False
    #: The block that is open, the deltas that belong to it, and the pieces of its text, thinking or JSON.
    _block: dict[str, Any] = field(default_factory=dict)
    _deltas: tuple[type[wire.Delta], ...] = ()
    _pieces: list[str] = field(default_factory=list)

    _splitter: wire.EventSplitter = field(default_factory=wire.EventSplitter)

    @property
    def is_complete(self) -> bool:
        return self.is_stopped and bool(self.stop_reason)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """What follows from the next bytes of the stream, up to the end of the message.

        Raises what `decode_event` and `add` raise, after what follows from the bytes before.
        """
        for data in self._splitter.feed(chunk):
            if event := wire.decode_event(data):
                yield from self.add(event)
            if self.is_stopped:
                return

    def add(self, event: wire.Event) -> list[Event]:
        """What follows from one event on the wire. Raises Failed for an error, ValueError for a sequence of events
        that the protocol does not have.
        """
        match event:
            case wire.ContentBlockDelta(delta):
                return self._add_delta(delta)
            case wire.MessageStart(message):
                return self._start(message)
            case wire.Error(error, request_id):
                raise Failed.from_error(error, request_id=request_id)
            case wire.Ping():
                return []
            case _ if not self.is_started:
                raise ValueError("The stream does not begin with message_start.")
            case wire.ContentBlockStart(content_block):
                return self._start_block(content_block)
            case wire.ContentBlockStop():
                return self._finish_block()
            case wire.MessageDelta(delta, usage):
                return self._update(delta.stop_reason, usage)
            case wire.MessageStop():
                return self._finish()

    def _start(self, message: wire.Message) -> list[Event]:
        if self.is_started:
            raise ValueError("The stream has a second message_start.")
        self.is_started = True
        self._add_totals(message.usage)
        return [MessageStarted(self.request_id, message.model[:MAX_MODEL], self.tokens)]

    def _start_block(self, block: dict[str, Any]) -> list[Event]:
        # Blocks do not interleave: a new one ends the one before.
        events = self._finish_block()
        block_type = block.get("type")
        if not isinstance(block_type, str):
            raise ValueError("A content block has no type.")
        self._block, self._deltas = block, DELTAS.get(block_type, ())
        match block:
            case {"type": "text", "text": str(text)}:
                events += self._add_delta(TextDelta(text))
            case {"type": "thinking", "thinking": str(thinking)}:
                events += self._add_delta(ThinkingDelta(thinking))
        return events

    def _add_delta(self, delta: wire.Delta) -> list[Event]:
        if not isinstance(delta, self._deltas):
            return []
        match delta:
            case TextDelta(text):
                self._pieces.append(text)
                return [delta] if text else []
            case ThinkingDelta(thinking):
                self._pieces.append(thinking)
                return [delta] if thinking else []
            case wire.InputJSONDelta(partial_json):
                self._pieces.append(partial_json)
            case wire.SignatureDelta(signature):
                self._block["signature"] = signature
            case wire.CitationsDelta(citation):
                citations = self._block.get("citations")
                self._block["citations"] = [*(citations if isinstance(citations, list) else []), citation]
        return []

    def _finish_block(self) -> list[Event]:
        block, content = self._block, "".join(self._pieces)
        self._block, self._deltas, self._pieces = {}, (), []
        match block.get("type"):
            case None:
                return []
            case "text" | "thinking" as kind:
                block[kind] = content
            case "tool_use" | "server_tool_use" if content:
                block["input"] = wire.decode_json(content.encode())
        return [ContentBlock(block)]

    def _update(self, stop_reason: str | None, usage: wire.Usage | None) -> list[Event]:
        if stop_reason:
            self.stop_reason = stop_reason[:MAX_STOP_REASON]
        if usage is not None:
            self.is_counted = self.is_counted or usage.output_tokens is not None
            self._add_totals(usage)
        return []

    def _finish(self) -> list[Event]:
        events = self._finish_block()
        self.is_stopped = True
        if self.is_complete:
            events.append(MessageFinished(self.stop_reason, self.tokens, self.is_counted))
        return events

    def _add_totals(self, usage: wire.Usage) -> None:
        written_1h = usage.cache_creation.ephemeral_1h_input_tokens if usage.cache_creation else None
        totals = {
            "input": usage.input_tokens,
            "output": usage.output_tokens,
            "cache_write_1h": written_1h,
            "cache_read": usage.cache_read_input_tokens,
        }
        self.tokens = replace(self.tokens, **{kind: total for kind, total in totals.items() if total is not None})
        if usage.cache_creation_input_tokens is not None:
            written_5m = max(0, usage.cache_creation_input_tokens - self.tokens.cache_write_1h)
            self.tokens = replace(self.tokens, cache_write_5m=written_5m)
