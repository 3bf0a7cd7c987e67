"""What comes of one answer of Claude: wire payloads become typed events. Pure; used by claude.py.

The payloads are those of https://platform.claude.com/docs/en/build-with-claude/streaming (API version 2026-10-21).
"""

from dataclasses import dataclass, field
from typing import Any

from conversations.claude.errors import Failed
from conversations.claude.models import Tokens
from conversations.claude.wire import EventDecoder, TextDelta

#: As long as their columns are.
LONGEST_MODEL, LONGEST_REASON = 80, 40


@dataclass(frozen=True, slots=True)
class Started:
    """Claude has begun to answer, and to count."""

    request_id: str
    model: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Thinking:
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A content block is whole; it goes back to Claude like this in the next call."""

    block: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """`message_stop` and a stop reason: nothing less counts as finished. `counted`: with the final count of tokens."""

    stop_reason: str
    tokens: Tokens
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Retrying:
    """The call failed before anything was shown; it is made again in `seconds`."""

    attempt: int
    seconds: float
    code: str


#: A piece of text is a plain str: nearly all events are one, and nothing costs less.
Event = str | Started | Thinking | Block | Finished | Retrying


@dataclass(slots=True)
class Incoming:
    """What has come of one message: turns wire payloads into events."""

    request_id: str
    tokens: Tokens = field(default_factory=Tokens)
    stop_reason: str = ""
    stopped: bool = False
    counted: bool = False
    block: dict[str, Any] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return self.stopped and bool(self.stop_reason)

    def take(self, payload: TextDelta | dict[str, Any]) -> list[Event]:
        """The events of one payload; unknown kinds give none."""
        if isinstance(payload, TextDelta):
            return self._text(payload.delta.text)
        match payload.get("type"):
            case "content_block_delta":
                return self._delta(payload["delta"])
            case "message_start":
                self._count(payload["message"]["usage"])
                return [Started(self.request_id, payload["message"]["model"][:LONGEST_MODEL], self.tokens)]
            case "content_block_start":
                self.block, self.parts = dict(payload["content_block"]), []
            case "content_block_stop":
                return self._whole_block()
            case "message_delta":
                self.stop_reason = (payload["delta"].get("stop_reason") or self.stop_reason)[:LONGEST_REASON]
                usage = payload.get("usage") or {}
                self.counted = self.counted or "output_tokens" in usage
                self._count(usage)
            case "message_stop":
                self.stopped = True
                return [Finished(self.stop_reason, self.tokens, self.counted)] if self.complete else []
            case "error":
                raise Failed.from_payload(payload)
        return []

    def _delta(self, delta: dict[str, Any]) -> list[Event]:
        match delta.get("type"):
            case "text_delta":
                return self._text(delta["text"])
            case "thinking_delta":
                self.parts.append(delta["thinking"])
                return [Thinking(delta["thinking"])] if delta["thinking"] else []
            case "signature_delta":
                self.block["signature"] = delta["signature"]
            case "input_json_delta":
                self.parts.append(delta["partial_json"])
            case "citations_delta":
                self.block["citations"] = [*(self.block.get("citations") or []), delta["citation"]]
        return []

    def _text(self, text: str) -> list[Event]:
        self.parts.append(text)
        return [text] if text else []

    def _whole_block(self) -> list[Event]:
        block, whole = self.block, "".join(self.parts)
        self.block, self.parts = {}, []
        match block.get("type"):
            case "text" | "thinking" as kind:
                block[kind] = block.get(kind, "") + whole
            case "tool_use" | "server_tool_use":
                block["input"] = EventDecoder.decode(whole.encode()) if whole else block.get("input", {})
        return [Block(block)] if block else []

    def _count(self, usage: dict[str, Any]) -> None:
        # Totals are cumulative; what an event leaves out keeps its value (Messages API, message_delta).
        split = usage.get("cache_creation") or {}
        written = usage.get("cache_creation_input_tokens")
        hour = _or(split.get("ephemeral_1h_input_tokens"), self.tokens.cache_write_1h)
        self.tokens = Tokens(
            input=_or(usage.get("input_tokens"), self.tokens.input),
            output=_or(usage.get("output_tokens"), self.tokens.output),
            cache_write_5m=self.tokens.cache_write_5m if written is None else written - hour,
            cache_write_1h=hour,
            cache_read=_or(usage.get("cache_read_input_tokens"), self.tokens.cache_read),
        )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
