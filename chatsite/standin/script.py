"""A reply as wire events, which `writer.py` plays, and the same reply whole for those who do not stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

FOR_EVER = float("inf")


class Step(NamedTuple):
    """One write. `pause` is the silence after it in seconds, None the pace of the stream."""

    wire: bytes
    text: str = ""
    deltas: int = 0
    pause: float | None = 0.0
    usage: dict[str, Any] | None = None
    ends: str = ""


def event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: ".encode() + encode({"type": name, **data}) + b"\n\n"


def encode(data: Any) -> bytes:
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate can only travel as an escape
        return json.dumps(data, separators=(",", ":")).encode()


PING = Step(event("ping", {}))


class Block(Protocol):
    def steps(self, index: int) -> Iterator[Step]: ...
    def whole(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Text:
    pieces: Iterable[str]

    def steps(self, index: int) -> Iterator[Step]:
        yield start(index, {"type": "text", "text": ""})
        if isinstance(self.pieces, tuple):
            yield from text_steps(self.pieces, index)
        else:
            yield from (text_step(piece, index) for piece in self.pieces)
        yield stop(index)

    def whole(self) -> dict[str, Any]:
        return {"type": "text", "text": "".join(self.pieces), "citations": None}


@dataclass(frozen=True)
class Thinking:
    pieces: tuple[str, ...]
    signature: str

    def steps(self, index: int) -> Iterator[Step]:
        yield start(index, {"type": "thinking", "thinking": "", "signature": ""})
        for piece in self.pieces:
            yield delta(index, {"type": "thinking_delta", "thinking": piece})
        yield Step(delta(index, {"type": "signature_delta", "signature": self.signature}).wire)
        yield stop(index)

    def whole(self) -> dict[str, Any]:
        return {"type": "thinking", "thinking": "".join(self.pieces), "signature": self.signature}


@dataclass(frozen=True)
class Whole:
    """A block that arrives complete in its start event: redacted thinking, or a kind nobody knows."""

    block: dict[str, Any]

    def steps(self, index: int) -> Iterator[Step]:
        yield start(index, self.block)
        yield stop(index)

    def whole(self) -> dict[str, Any]:
        return self.block


@dataclass(frozen=True)
class ToolUse:
    id: str
    name: str
    input: dict[str, Any]
    cut: bool = False

    def steps(self, index: int) -> Iterator[Step]:
        yield start(index, {"type": "tool_use", "id": self.id, "name": self.name, "input": {}})
        written = json.dumps(self.input)
        pieces = ["", *(written[at : at + 6] for at in range(0, len(written), 6))]
        for piece in pieces[: len(pieces) // 2 + 1 if self.cut else None]:
            yield delta(index, {"type": "input_json_delta", "partial_json": piece})
        yield Step(b"", ends="truncated") if self.cut else stop(index)

    def whole(self) -> dict[str, Any]:
        return {"type": "tool_use", "id": self.id, "name": self.name, "input": self.input}


def start(index: int, block: dict[str, Any]) -> Step:
    return Step(event("content_block_start", {"index": index, "content_block": block}))


def delta(index: int, change: dict[str, Any]) -> Step:
    return Step(event("content_block_delta", {"index": index, "delta": change}), pause=None)


def stop(index: int) -> Step:
    return Step(event("content_block_stop", {"index": index}))


def text_step(piece: str, index: int) -> Step:
    wire = event("content_block_delta", {"index": index, "delta": {"type": "text_delta", "text": piece}})
    return Step(wire, text=piece, deltas=1, pause=None)


@lru_cache(maxsize=32)
def text_steps(pieces: tuple[str, ...], index: int) -> tuple[Step, ...]:
    """Prepared once for all streams that send the same text."""
    return tuple(text_step(piece, index) for piece in pieces)


@dataclass(frozen=True)
class Reply:
    id: str
    model: str
    prompt: dict[str, Any]
    blocks: tuple[Block, ...]
    output_tokens: int
    thinking_tokens: int
    stop_reason: str | None
    counts_at_end: bool = True

    @property
    def text_index(self) -> int:
        return next((index for index, block in enumerate(self.blocks) if isinstance(block, Text)), 0)

    @property
    def usage(self) -> dict[str, Any]:
        details = {"thinking_tokens": self.thinking_tokens}
        return self.prompt | {"output_tokens": self.output_tokens, "output_tokens_details": details}

    def ending(self) -> dict[str, Any]:
        refused = {
            "type": "refusal",
            "category": "general_harms",
            "explanation": "This request was declined.",
        }
        details = refused if self.stop_reason == "refusal" else None
        return {"stop_reason": self.stop_reason, "stop_sequence": None, "stop_details": details}

    def whole(self) -> dict[str, Any]:
        content = [block.whole() for block in self.blocks]
        rest = {"server_tool_use": None, "speed": None, "inference_geo": None}
        return self.envelope(content) | self.ending() | {"usage": self.usage | rest}

    def envelope(self, content: list[dict[str, Any]]) -> dict[str, Any]:
        fixed = {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": content,
        }
        return fixed | {"container": None, "diagnostics": None}

    def steps(self) -> Iterator[Step]:
        opening = self.envelope([]) | {"stop_reason": None, "stop_sequence": None, "stop_details": None}
        yield Step(event("message_start", {"message": opening | {"usage": self.prompt}}), usage=self.prompt)
        for index, block in enumerate(self.blocks):
            for number, step in enumerate(block.steps(index)):
                yield step
                if index == number == 0:
                    yield PING
        yield self.last_delta()
        yield Step(event("message_stop", {}))

    def last_delta(self) -> Step:
        if not self.counts_at_end:
            return Step(event("message_delta", {"delta": self.ending()}))
        counts = {name: value for name, value in self.usage.items() if name.endswith(("_tokens", "_details"))}
        return Step(event("message_delta", {"delta": self.ending(), "usage": counts}), usage=self.usage)
