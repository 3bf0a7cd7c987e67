"""A reply with its content blocks: as a stream of events, or as one JSON message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from chatsite.standin.events import PING, Step, block_delta, encode_event, start_block, stop_block, text_delta


class Block(Protocol):
    def steps(self, index: int) -> Iterator[Step]: ...
    def as_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Text:
    pieces: Iterable[str]
    citations: tuple[dict[str, Any], ...] = ()

    def steps(self, index: int) -> Iterator[Step]:
        start = {"type": "text", "text": ""}
        yield start_block(index, {**start, "citations": []} if self.citations else start)
        if isinstance(self.pieces, tuple):
            yield from text_deltas(index, self.pieces)
        else:
            yield from (text_delta(index, piece) for piece in self.pieces)
        for citation in self.citations:
            yield block_delta(index, {"type": "citations_delta", "citation": citation})._replace(pause=0.0)
        yield stop_block(index)

    def as_json(self) -> dict[str, Any]:
        return {"type": "text", "text": "".join(self.pieces), "citations": list(self.citations) or None}


@lru_cache(maxsize=32)
def text_deltas(index: int, pieces: tuple[str, ...]) -> tuple[Step, ...]:
    """Cached, because benchmarks send one text in thousands of streams."""
    return tuple(text_delta(index, piece) for piece in pieces)


@dataclass(frozen=True)
class Thinking:
    pieces: tuple[str, ...]
    signature: str

    def steps(self, index: int) -> Iterator[Step]:
        yield start_block(index, {"type": "thinking", "thinking": "", "signature": ""})
        for piece in self.pieces:
            yield block_delta(index, {"type": "thinking_delta", "thinking": piece})
        yield block_delta(index, {"type": "signature_delta", "signature": self.signature})._replace(pause=0.0)
        yield stop_block(index)

    def as_json(self) -> dict[str, Any]:
        return {"type": "thinking", "thinking": "".join(self.pieces), "signature": self.signature}


@dataclass(frozen=True)
class CompleteBlock:
    """A block that arrives whole in its start event: redacted thinking, or a type that no client knows."""

    block: dict[str, Any]

    def steps(self, index: int) -> Iterator[Step]:
        yield start_block(index, self.block)
        yield stop_block(index)

    def as_json(self) -> dict[str, Any]:
        return self.block


@dataclass(frozen=True)
class ToolUse:
    """A call. Its input is sent as it is written, which need not be JSON."""

    id: str
    name: str
    written_input: str
    is_truncated: bool = False
    type: str = "tool_use"

    def steps(self, index: int) -> Iterator[Step]:
        yield start_block(index, {"type": self.type, "id": self.id, "name": self.name, "input": {}})
        pieces = ["", *(self.written_input[start : start + 6] for start in range(0, len(self.written_input), 6))]
        if self.is_truncated:
            pieces = pieces[: len(pieces) // 2 + 1]
        for piece in pieces:
            yield block_delta(index, {"type": "input_json_delta", "partial_json": piece})
        yield Step(b"", ending="truncated") if self.is_truncated else stop_block(index)

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "id": self.id, "name": self.name, "input": self.parse_input()}

    def parse_input(self) -> dict[str, Any]:
        """Return the input; empty if it is no JSON object, which a whole message cannot show."""
        try:
            parsed = json.loads(self.written_input or "{}")
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}


@dataclass(frozen=True)
class Reply:
    id: str
    model: str
    prompt_usage: dict[str, Any]
    blocks: tuple[Block, ...]
    output_tokens: int
    thinking_tokens: int
    stop_reason: str | None
    has_final_usage: bool = True
    #: What the final counts have in place of the true ones.
    odd_usage: dict[str, Any] = field(default_factory=dict)
    diagnostics: dict[str, Any] | None = None
    #: How often tools were used that Anthropic's servers run, and the tokens of their results.
    server_tool_use: dict[str, int] | None = None
    result_tokens: int = 0
    #: Where code was run.
    container: dict[str, Any] | None = None

    @property
    def text_index(self) -> int:
        return next((index for index, block in enumerate(self.blocks) if isinstance(block, Text)), 0)

    @property
    def usage(self) -> dict[str, Any]:
        return {
            **self.prompt_usage,
            "input_tokens": self.prompt_usage["input_tokens"] + self.result_tokens,
            "server_tool_use": self.server_tool_use,
            "output_tokens": self.output_tokens,
            "output_tokens_details": {"thinking_tokens": self.thinking_tokens},
        }

    @property
    def ending(self) -> dict[str, Any]:
        details = None
        if self.stop_reason == "refusal":
            details = {
                "type": "refusal",
                "category": "general_harms",
                "explanation": "This request was declined.",
            }
        ending = {"stop_reason": self.stop_reason, "stop_sequence": None, "stop_details": details}
        return ending | ({"container": self.container} if self.container else {})

    def as_json(self) -> dict[str, Any]:
        usage = {**self.usage, "speed": None, "inference_geo": None}
        return self.envelope([block.as_json() for block in self.blocks]) | self.ending | {"usage": usage}

    def envelope(self, content: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": content,
            "container": None,
            "diagnostics": self.diagnostics,
        }

    def steps(self) -> Iterator[Step]:
        no_ending = {"stop_reason": None, "stop_sequence": None, "stop_details": None}
        message = self.envelope([]) | no_ending | {"usage": self.prompt_usage}
        yield Step(encode_event("message_start", {"message": message}), usage=self.prompt_usage)
        for index, block in enumerate(self.blocks):
            for number, step in enumerate(block.steps(index)):
                yield step
                if index == number == 0:
                    yield PING
        yield self.message_delta()
        yield Step(encode_event("message_stop", {}))

    def message_delta(self) -> Step:
        if not self.has_final_usage:
            return Step(encode_event("message_delta", {"delta": self.ending}))
        names = ("_tokens", "_details", "iterations", "server_tool_use")
        counts = {name: value for name, value in self.usage.items() if name.endswith(names)}
        usage = counts | self.odd_usage
        return Step(encode_event("message_delta", {"delta": self.ending, "usage": usage}), usage=self.usage)
