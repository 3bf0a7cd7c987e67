"""Composes the reply to a request, as its markers demand."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from chatsite.standin import answers, prose, thinking
from chatsite.standin.markers import Markers
from chatsite.standin.models import Model
from chatsite.standin.reply import Block, CompleteBlock, Reply, Text, Thinking, ToolUse
from chatsite.standin.tokens import CHARACTERS_PER_TOKEN, count_text_tokens

MIN_LENGTH_TO_THINK = 31  # a shorter question needs no thinking
FORBIDDEN_CHARACTERS = "Before \x00 and \ud800 in the middle, \udc00 and \x1b[31m after. 😀"
REFUSAL = "I can't help with that."
UNKNOWN_BLOCK = {"type": "mystery_block", "mystery": {"text": "No client knows this type of block."}}
STOP_REASONS = {
    "max_tokens": "max_tokens",
    "window": "model_context_window_exceeded",
    "refusal": "refusal",
    "tool": "tool_use",
    "noreason": None,
}


@dataclass(frozen=True)
class Request:
    """What one call asks for. `pauses` counts the earlier calls of the same turn that ended with `pause_turn`."""

    model: Model
    body: dict[str, Any]
    question: str
    markers: Markers
    is_title: bool
    pauses: int

    @property
    def must_pause(self) -> bool:
        if "pause_turn" not in self.markers:
            return False
        max_pauses = self.markers.first("pause_turn")
        return max_pauses is None or self.pauses < max_pauses


def compose_reply(request: Request, prompt_usage: dict[str, Any]) -> Reply:
    markers = request.markers
    blocks: list[Block] = []
    thinking_tokens, text_tokens, is_cut = 0, 1, False
    if "empty" not in markers:
        blocks += compose_thinking(request)
        thinking_tokens = sum(
            count_text_tokens("".join(block.pieces)) for block in blocks if isinstance(block, Thinking)
        )
        pieces, is_cut = compose_text(request, thinking_tokens)
        text_tokens = count_text_tokens("".join(pieces)) if isinstance(pieces, tuple) else 0
        if "clock" in markers:
            pieces = prose.add_timestamps(pieces, markers.first("clock"))
        blocks += [Text(pieces), *compose_other_blocks(request)]
    return Reply(
        id=f"msg_standin{secrets.token_hex(8)}",
        model=request.model.id,
        prompt_usage=prompt_usage,
        blocks=tuple(blocks),
        output_tokens=thinking_tokens + text_tokens,
        thinking_tokens=thinking_tokens,
        stop_reason=choose_stop_reason(request, is_cut),
        has_final_usage="nodelta_usage" not in markers,
        odd_usage=markers.first("usage", {}),
    )


def choose_stop_reason(request: Request, is_cut: bool) -> str | None:
    if request.must_pause:
        return "pause_turn"
    for marker, reason in STOP_REASONS.items():
        if marker in request.markers:
            return reason
    return "max_tokens" if is_cut else "end_turn"


def compose_thinking(request: Request) -> Iterator[Block]:
    markers, model, body = request.markers, request.model, request.body
    if "redacted" in markers:
        yield CompleteBlock({"type": "redacted_thinking", "data": thinking.redacted_data(model.id)})
    is_worth_thinking = len(request.question) >= MIN_LENGTH_TO_THINK and not request.is_title
    thinks_by_itself = is_worth_thinking and thinking.is_thinking_on(model, body)
    if "nothinking" not in markers and ("thinking" in markers or thinks_by_itself):
        is_shown = (body.get("thinking") or {}).get("display") == "summarized"
        summary = markers.first("thinking", thinking.SUMMARY) if is_shown else ""
        yield Thinking(prose.split_into_words(summary), thinking.sign_thinking(model.id, summary))


def compose_text(request: Request, thinking_tokens: int) -> tuple[Iterable[str], bool]:
    """Return the text in pieces, and whether `max_tokens` cut it; exact text of a marker is never cut.

    The pieces are a tuple unless the text is endless. After a pause the text begins with the number of its part.
    """
    pieces, is_cut = compose_part(request, thinking_tokens)
    if request.pauses:
        heading = (f"\n\nPart {request.pauses + 1}:\n\n",)
        pieces = heading + pieces if isinstance(pieces, tuple) else chain(heading, pieces)
    return pieces, is_cut


def compose_part(request: Request, thinking_tokens: int) -> tuple[Iterable[str], bool]:
    markers = request.markers
    kind, delta_count = markers.first("kind", "prose"), markers.first("deltas")
    if "endless" in markers:
        return prose.generate_pieces(kind), False
    exact = exact_text(markers)
    if exact:
        return (prose.split_evenly(exact, delta_count) if delta_count else prose.split_into_words(exact)), False
    if delta_count:
        return prose.pieces_of_count(kind, delta_count), False
    text = prose.text_of_length(kind, 4_000) if "kind" in markers else ordinary_text(request)
    if "hugeline" in markers:
        length = markers.first("hugeline")
        return (("huge " * length)[:length], *prose.split_into_words(text)), False
    max_length = max(request.body["max_tokens"] - thinking_tokens, 0) * CHARACTERS_PER_TOKEN
    return prose.split_into_words(text[:max_length]), len(text) > max_length


def exact_text(markers: Markers) -> str | None:
    if "text" in markers:
        return str(markers.first("text"))
    if "nul" in markers:
        return FORBIDDEN_CHARACTERS
    if "refusal" in markers:
        return REFUSAL
    if "chars" in markers:
        return prose.text_of_length(markers.first("kind", "prose"), markers.first("chars"))
    return None


def ordinary_text(request: Request) -> str:
    if request.is_title:
        return answers.write_title(request.question)
    text = answers.write_answer(request.body, request.question)
    is_cut = "max_tokens" in request.markers or "window" in request.markers
    return text[: len(text) // 2] if is_cut else text


def compose_other_blocks(request: Request) -> Iterator[Block]:
    markers = request.markers
    if "tool" in markers:
        offered = [tool["name"] for tool in request.body.get("tools") or [] if "input_schema" in tool]
        name = offered[0] if offered else "get_weather"
        arguments = {"city": "Oslo", "note": 'a "quoted" word and ø'}
        is_truncated = markers.first("tool") == "cut"
        yield ToolUse(f"toolu_standin{secrets.token_hex(6)}", name, arguments, is_truncated)
    if "unknown" in markers:
        yield CompleteBlock(UNKNOWN_BLOCK)
