"""What the client yields while Claude answers, and how it is accumulated from the events on the wire. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from conversations.claude import wire
from conversations.claude.counts import Counts, read_count
from conversations.claude.errors import Failed
from conversations.claude.wire import TextDelta, ThinkingDelta
from conversations.models.tokens import Tokens

#: Characters, as many as the columns hold.
MAX_MODEL, MAX_STOP_REASON, MAX_MESSAGE_ID, MAX_CACHE_MISS = 80, 40, 100, 40


@dataclass(frozen=True, slots=True)
class MessageStarted:
    """Claude has begun to answer, and to count.

    `cache_miss`: why it could not read the prompt of the message before from its cache, where it says so.
    """

    request_id: str
    model: str
    tokens: Tokens
    message_id: str = ""
    cache_miss: str = ""
    cache_missed_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ContentBlock:
    """A complete content block, as it is sent back to Claude in the next call."""

    block: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MessageFinished:
    """The message is complete: Claude sent a stop reason and `message_stop`. `is_counted`: with a plausible count.

    `searches`: those in the web that it is billed for. `container`: the id of the one in which code ran, if it did.
    """

    stop_reason: str
    tokens: Tokens
    is_counted: bool = True
    searches: int = 0
    container: str = ""


Event = MessageStarted | TextDelta | ThinkingDelta | ContentBlock | MessageFinished

#: The deltas of each type of block. Other deltas, and those of a type that is not named here, are ignored.
DELTAS: dict[str, tuple[type[wire.Delta], ...]] = {
    "text": (TextDelta, wire.CitationsDelta),
    "thinking": (ThinkingDelta, wire.SignatureDelta),
    "tool_use": (wire.InputJSONDelta,),
    "server_tool_use": (wire.InputJSONDelta,),
    "compaction": (wire.CompactionDelta, wire.SignatureDelta),
}

#: The types of fields that are read here, in a block of text or thinking.
FIELD_TYPES: dict[str, type] = {"text": str, "thinking": str, "signature": str, "citations": list}


class OpenBlock:
    """A content block that has started. `held`: its events that wait for the end of an earlier block."""

    __slots__ = ("_block", "_deltas", "_half_pair", "_pieces", "_type", "held", "index", "is_finished")

    def __init__(self, index: int, block: dict[str, Any]) -> None:
        """Raises ValueError if it has no type, or a field of another type than the protocol's."""
        self._type = block.get("type")
        if not isinstance(self._type, str):
            raise ValueError("A content block has no type.")
        if self._type in {"text", "thinking"}:
            for name, field_type in FIELD_TYPES.items():
                if not isinstance(block.get(name), field_type | None):
                    raise ValueError("A field of a content block has another type.")
        wire.check_tool_use(block)
        self.index = index
        self.is_finished = False
        self._block = block
        self._deltas = DELTAS.get(self._type, ())
        # The text, thinking or JSON so far, and the half of a surrogate pair whose other half has not come.
        self._pieces: list[str] = []
        self._half_pair = ""
        self.held: list[Event] = self._initial_events()

    def _initial_events(self) -> list[Event]:
        """The events for text or thinking in the start of the block."""
        match self._block:
            case {"type": "text", "text": str(text)}:
                return self.add(TextDelta(text))
            case {"type": "thinking", "thinking": str(thinking)}:
                return self.add(ThinkingDelta(thinking))
        return []

    def is_of_other_type(self, delta: wire.Delta) -> bool:
        """Whether this is a block of text and the delta one of thinking, or the other way round."""
        return self._type in {"text", "thinking"} and not isinstance(delta, self._deltas)

    def add(self, delta: wire.Delta) -> list[Event]:
        if not isinstance(delta, self._deltas):
            return []
        match delta:
            case TextDelta():
                if self._half_pair or wire.is_half_pair(delta.text):
                    delta = TextDelta(self._join_halves(delta.text))
                self._pieces.append(delta.text)
                return [delta] if delta.text else []
            case ThinkingDelta():
                if self._half_pair or wire.is_half_pair(delta.thinking):
                    delta = ThinkingDelta(self._join_halves(delta.thinking))
                self._pieces.append(delta.thinking)
                return [delta] if delta.thinking else []
            case wire.InputJSONDelta(piece):
                self._pieces.append(self._join_halves(piece))
            case wire.SignatureDelta(signature):
                self._block["signature"] = signature
            case wire.CompactionDelta(content, encrypted_content):
                self._block["content"] = content
                if encrypted_content is not None:
                    self._block["encrypted_content"] = encrypted_content
            case wire.CitationsDelta(citation):
                citations = self._block.get("citations")
                self._block["citations"] = [*(citations if isinstance(citations, list) else []), citation]
        return []

    def finish(self) -> list[Event]:
        """The last events, with the complete block."""
        self.is_finished = True
        half, self._half_pair = self._half_pair, ""
        delta_type = ThinkingDelta if self._type == "thinking" else TextDelta
        events = self.add(delta_type(wire.REPLACEMENT)) if half else []
        content = "".join(self._pieces)
        if self._type in {"text", "thinking"}:
            self._block[self._type] = content
        elif content:
            self._block["input"] = wire.decode_input(content)
        return [*events, ContentBlock(self._block)]

    def _join_halves(self, piece: str) -> str:
        """A piece after the half that waited for it, and without a half at its end, which waits for the next one."""
        piece = self._half_pair + piece
        self._half_pair = piece[-1:] if "\ud800" <= piece[-1:] <= "\udbff" else ""
        return wire.scrub_text(piece.removesuffix(self._half_pair))


@dataclass(slots=True)
class MessageAccumulator:
    """Turns a stream of bytes into the events of the client, and keeps the state of the message.

    The joined text deltas always equal the joined text blocks. `model`: what was asked, for a server that does not say.
    """

    request_id: str
    model: str = ""
    stop_reason: str = ""
    is_started: bool = False
    is_stopped: bool = False
    #: Whether Claude has sent its final count.
    is_counted: bool = False
    container: str = ""
    _counts: Counts = field(default_factory=Counts)
    _splitter: wire.EventSplitter = field(default_factory=wire.EventSplitter)
    # The blocks that are open, in the order of their starts, and those that ended while an earlier one is open.
    _blocks: list[OpenBlock] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        return self.is_stopped and bool(self.stop_reason)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that the next bytes complete, up to the end of the message.

        Raises what `decode_event` and `add` raise, after the events before the invalid one.
        """
        return self._decode(self._splitter.feed(chunk))

    def finish(self) -> Iterator[Event]:
        """The events at the end of the bytes, for a last event that no empty line has ended; raises as `feed` does."""
        return self._decode(self._splitter.finish())

    def interrupt(self) -> list[Event]:
        """The events that waited for the end of an earlier block, where the stream breaks before it."""
        blocks, self._blocks = self._blocks, []
        if len(blocks) == 1:
            # Its events were passed on as they came, and nothing waits behind it; the writer keeps its text as an open
            # block.
            return []
        events: list[Event] = []
        for block in blocks:
            events += block.held
            events += [] if block.is_finished else block.finish()
        return events

    def _decode(self, events: list[bytes]) -> Iterator[Event]:
        for data in events:
            if self.is_stopped:
                return
            if event := wire.decode_event(data):
                yield from self.add(event)

    def add(self, event: wire.Event) -> list[Event]:
        """The events for one event on the wire. Raises Failed for an error, ValueError for an event out of order."""
        # Nearly all are deltas, and a class pattern with fields takes three times as long.
        if isinstance(event, wire.ContentBlockDelta):
            return self._add_delta(event.delta, event.index)
        match event:
            case wire.Error(error, request_id):
                raise Failed.from_error(error, request_id=request_id)
            case wire.Ping():
                return []
            case wire.MessageStart() if self.is_started:
                raise ValueError("The stream has a second message_start.")
            case wire.MessageStart(message):
                self.is_started = True
                self._counts.update(message.usage)
                self.container = wire.read_id(message.container)
                return [self._build_started(message)]
            case _ if not self.is_started:
                raise ValueError("The stream does not begin with message_start.")
            case wire.ContentBlockStart(content_block, index):
                # A block without an end ends where another one of the same index starts.
                return self._finish_block(index) + self._open_block(index, content_block)
            case wire.ContentBlockStop(index):
                return self._finish_block(index)
            case wire.MessageDelta(delta, usage):
                self.stop_reason = (delta.stop_reason or self.stop_reason)[:MAX_STOP_REASON]
                self._counts.update(usage)
                self.container = wire.read_id(delta.container) or self.container
                self.is_counted = self.is_counted or (
                    isinstance(usage, dict) and usage.get("output_tokens") is not None
                )
                return []
            case wire.MessageStop():
                self.is_stopped = True
                events = [event for block in [*self._blocks] for event in self._finish_block(block.index)]
                if self.is_complete:
                    is_counted = self.is_counted and self._counts.is_plausible
                    tokens, searches = self._counts.tokens + self._counts.compacted, self._counts.searches
                    events.append(MessageFinished(self.stop_reason, tokens, is_counted, searches, self.container))
                return events

    def _build_started(self, message: wire.Message) -> MessageStarted:
        model, message_id = message.model or self.model, message.id if isinstance(message.id, str) else ""
        started = MessageStarted(self.request_id, model[:MAX_MODEL], self._counts.tokens, message_id[:MAX_MESSAGE_ID])
        match message.diagnostics:
            # Null while Claude has not compared the two prompts yet.
            case {"cache_miss_reason": {"type": str(reason), **details}}:
                missed = read_count(details.get("cache_missed_input_tokens"))
                return replace(started, cache_miss=reason[:MAX_CACHE_MISS], cache_missed_tokens=missed)
        return started

    def _add_delta(self, delta: wire.Delta, index: int) -> list[Event]:
        if not self.is_started:
            raise ValueError("The stream does not begin with message_start.")
        events: list[Event] = []
        block = self._find_block(index)
        if (block is None or block.is_of_other_type(delta)) and isinstance(delta, (TextDelta, ThinkingDelta)):
            # Text is not lost because the start of its block is.
            kind = "text" if isinstance(delta, TextDelta) else "thinking"
            events = self._finish_block(index) + self._open_block(index, {"type": kind, kind: ""})
            block = self._find_block(index)
        if block is None:
            return []
        if block is self._blocks[0]:
            return events + block.add(delta)
        block.held += block.add(delta)
        return events

    def _find_block(self, index: int) -> OpenBlock | None:
        for block in self._blocks:
            if block.index == index and not block.is_finished:
                return block
        return None

    def _open_block(self, index: int, content_block: dict[str, Any]) -> list[Event]:
        self._blocks.append(OpenBlock(index, content_block))
        return self._release()

    def _finish_block(self, index: int) -> list[Event]:
        if block := self._find_block(index):
            block.held += block.finish()
        return self._release()

    def _release(self) -> list[Event]:
        """The events that were held, up to the first block that is open: blocks that interleave are kept apart."""
        events: list[Event] = []
        while self._blocks:
            first = self._blocks[0]
            events += first.held
            first.held = []
            if not first.is_finished:
                break
            self._blocks.pop(0)
        return events
