"""Turns a request and its markers into the reply that will be played."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import answers, prose, thinking, tokens
from .markers import Markers
from .models import Model
from .script import Block, Reply, Text, Thinking, ToolUse, Whole

SMALL_TALK = 30  # a shorter question needs no thinking
HOSTILE = "Before \x00 and \ud800 in the middle, \udc00 and \x1b[31m after. 😀"
REFUSAL = "I can't help with that."
STRANGER = {"type": "mystery_block", "mystery": {"text": "Nobody knows this kind of block yet."}}
STOP_REASONS = {
    "max_tokens": "max_tokens",
    "window": "model_context_window_exceeded",
    "refusal": "refusal",
    "pause_turn": "pause_turn",
    "tool": "tool_use",
    "noreason": None,
}


@dataclass(frozen=True)
class Request:
    model: Model
    body: dict[str, Any]
    question: str
    markers: Markers
    title: bool
    prompt: dict[str, Any]


def compose(request: Request) -> Reply:
    wished = request.markers
    thought = [] if "empty" in wished else list(thinking_blocks(request))
    spent = sum(tokens.tokens("".join(block.pieces)) for block in thought if isinstance(block, Thinking))
    pieces, cut = wording(request, spent)
    written = tokens.tokens("".join(pieces)) if isinstance(pieces, tuple) else 0
    if "clock" in wished:
        pieces = prose.clocked(pieces, wished.first("clock"))
    blocks: list[Block] = [] if "empty" in wished else [*thought, Text(pieces), *others(request)]
    reason: str | None = "max_tokens" if cut else "end_turn"
    for name in STOP_REASONS.keys() & wished.keys():
        reason = STOP_REASONS[name]
    return Reply(
        id=f"msg_standin{secrets.token_hex(8)}",
        model=request.model.id,
        prompt=request.prompt,
        blocks=tuple(blocks),
        output_tokens=spent + written if blocks else 1,
        thinking_tokens=spent,
        stop_reason=reason,
        counts_at_end="nodelta_usage" not in wished,
    )


def thinking_blocks(request: Request) -> Iterator[Block]:
    wished, model, body = request.markers, request.model.id, request.body
    if "redacted" in wished:
        yield Whole({"type": "redacted_thinking", "data": thinking.redacted(model)})
    by_itself = thinking.thinks(request.model, body) and not request.title and len(request.question) > SMALL_TALK
    if "nothinking" in wished or not (by_itself or "thinking" in wished):
        return
    summary = wished.first("thinking", thinking.SUMMARY) if wished.get("thinking") else thinking.SUMMARY
    shown = summary if (body.get("thinking") or {}).get("display") == "summarized" else ""
    yield Thinking(prose.pieces(shown), thinking.sign(model, shown))


def wording(request: Request, spent: int) -> tuple[tuple[str, ...] | Iterator[str], bool]:
    """The text deltas, and whether `max_tokens` cut them; what a marker spells out exactly is never cut."""
    wished = request.markers
    kind, deltas = wished.first("kind", "prose"), wished.first("deltas")
    if "endless" in wished:
        return prose.endless(kind), False
    if text := exact(request):
        return (prose.evenly(text, deltas) if deltas else prose.pieces(text)), False
    if deltas:
        return prose.of_deltas(kind, deltas), False
    text = prose.of_length(kind, 4_000) if "kind" in wished else ordinary(request)
    if "hugeline" in wished:
        return (("huge " * wished.first("hugeline"))[: wished.first("hugeline")], *prose.pieces(text)), False
    room = max(request.body["max_tokens"] - spent, 0) * tokens.CHARS_PER_TOKEN
    return prose.pieces(text[:room]), len(text) > room


def exact(request: Request) -> str | None:
    wished = request.markers
    if "text" in wished:
        return str(wished.first("text"))
    if "nul" in wished:
        return HOSTILE
    if "refusal" in wished:
        return REFUSAL
    if "chars" in wished:
        return prose.of_length(wished.first("kind", "prose"), wished.first("chars"))
    return None


def ordinary(request: Request) -> str:
    if request.title:
        return answers.title(request.question)
    text = answers.ordinary(request.body, request.question)
    cut = {"max_tokens", "window"} & request.markers.keys()
    return text[: len(text) // 2] if cut else text


def others(request: Request) -> Iterator[Block]:
    wished = request.markers
    if "tool" in wished:
        offered = [tool for tool in request.body.get("tools") or [] if "input_schema" in tool]
        name = offered[0]["name"] if offered else "get_weather"
        given = {"city": "Oslo", "note": 'a "quoted" word and ø'}
        yield ToolUse(f"toolu_standin{secrets.token_hex(6)}", name, given, cut=bool(wished["tool"]))
    if "unknown" in wished:
        yield Whole(STRANGER)
