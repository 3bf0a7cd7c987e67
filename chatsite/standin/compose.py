"""Composes the reply to a request, as its markers demand."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from chatsite.standin import answers, citations, prose, thinking, web
from chatsite.standin.compaction import compact, summarize_text
from chatsite.standin.markers import Markers, remove_markers
from chatsite.standin.models import Model
from chatsite.standin.reply import Block, CompleteBlock, Reply, Text, Thinking, ToolUse
from chatsite.standin.tokens import CHARACTERS_PER_TOKEN, count_text_tokens, usage_of_prompt
from chatsite.standin.tool_choosing import LEAD_IN, choose_calls
from chatsite.standin.tools import Call, read_calls

CALL_MARKER = re.compile(r"\[\[(tool|search|fetch|code|bash|then)\b")
MIN_LENGTH_TO_THINK = 31  # a shorter question needs no thinking
FORBIDDEN_CHARACTERS = "Before \x00 and \ud800 in the middle, \udc00 and \x1b[31m after. 😀"
REFUSAL = "I can't help with that."
UNKNOWN_BLOCK = {"type": "mystery_block", "mystery": {"text": "No client knows this type of block."}}
STOP_REASONS = {
    "max_tokens": "max_tokens",
    "window": "model_context_window_exceeded",
    "refusal": "refusal",
    "noreason": None,
}
# What chooses the text of an answer. Where a marker calls a tool, there is no text before the call without these.
TEXT_MARKERS = ("text", "nul", "chars", "deltas", "kind", "endless", "clock", "hugeline")


@dataclass(frozen=True)
class Request:
    """What one call asks for. `pauses` counts the earlier calls of the same turn that ended with `pause_turn`."""

    model: Model
    body: dict[str, Any]
    question: str
    markers: Markers
    purpose: str
    pauses: int

    @property
    def is_title(self) -> bool:
        return self.purpose == "title"

    @property
    def must_compact(self) -> bool:
        return self.body.get("compaction") is not None

    @cached_property
    def calls(self) -> list[Call]:
        """The calls of this step: those of the markers, or in a turn without such markers one by the question.

        A turn that pauses calls the client's tools when it goes on.
        """
        if CALL_MARKER.search(self.question):
            calls = read_calls(self.body, self.markers)
            return [call for call in calls if call.is_server] if self.must_pause else calls
        is_chosen = not self.markers.keys().isdisjoint((*TEXT_MARKERS, *STOP_REASONS, "pause_turn"))
        return [] if self.purpose or is_chosen else choose_calls(self.body, remove_markers(self.question))

    @property
    def must_pause(self) -> bool:
        if "pause_turn" not in self.markers:
            return False
        max_pauses = self.markers.first("pause_turn")
        return max_pauses is None or self.pauses < max_pauses


def compose_compaction(request: Request, prompt_usage: dict[str, Any]) -> Reply:
    """The reply that is one block, whose tokens are counted apart."""
    block = compact(request.model, request.body["messages"])
    entry = {**prompt_usage, "type": "compaction", "output_tokens": count_text_tokens(block.content)}
    nothing = usage_of_prompt(0, 0, 0, "5m") | {"output_tokens": 0}
    return Reply(
        id=f"msg_standin{secrets.token_hex(8)}",
        model=request.model.id,
        prompt_usage=nothing | {"iterations": [entry]},
        blocks=() if "empty" in request.markers else (block,),
        output_tokens=0,
        thinking_tokens=0,
        stop_reason="compaction",
    )


def compose_reply(request: Request, prompt_usage: dict[str, Any]) -> Reply:
    if request.must_compact:
        return compose_compaction(request, prompt_usage)
    blocks: list[Block] = []
    tokens, thinking_tokens, is_cut = 1, 0, False
    if "empty" not in request.markers:
        blocks += web.answer_open_calls(request.body, request.markers.first("web_error"))
        blocks += compose_thinking(request)
        thinking_tokens = sum(count_written_tokens(block) for block in blocks if isinstance(block, Thinking))
        pieces, is_cut = compose_text(request, thinking_tokens)
        tools = list(compose_calls(request))
        tokens = sum(map(count_written_tokens, [*blocks, Text(pieces), *tools]))
        if "clock" in request.markers:
            pieces = prose.add_timestamps(pieces, request.markers.first("clock"))
        if pieces or not tools:
            blocks += compose_text_blocks(request, pieces)
        blocks += [*tools, *compose_unknown_block(request)]
    return Reply(
        id=f"msg_standin{secrets.token_hex(8)}",
        model=request.model.id,
        prompt_usage=prompt_usage,
        blocks=tuple(blocks),
        output_tokens=tokens,
        thinking_tokens=thinking_tokens,
        stop_reason=choose_stop_reason(request, blocks, is_cut),
        has_final_usage="nodelta_usage" not in request.markers,
        odd_usage=request.markers.first("usage", {}),
        server_tool_use=web.count_requests(blocks),
        result_tokens=web.count_result_tokens(blocks),
        container=web.find_container(request.body, blocks),
    )


def count_written_tokens(block: Block) -> int:
    """Return the tokens that the model wrote; 1 for a text without end."""
    if isinstance(block, ToolUse):
        return count_text_tokens(block.written_input)
    if isinstance(block, Text | Thinking):
        return count_text_tokens("".join(block.pieces)) if isinstance(block.pieces, tuple) else 1
    return 0


def choose_stop_reason(request: Request, blocks: list[Block], is_cut: bool) -> str | None:
    if request.must_pause:
        return "pause_turn"
    for marker, reason in STOP_REASONS.items():
        if marker in request.markers:
            return reason
    if any(isinstance(block, ToolUse) and block.type == "tool_use" for block in blocks):
        return "tool_use"
    return "max_tokens" if is_cut else "end_turn"


def compose_thinking(request: Request) -> Iterator[Block]:
    markers, model, body = request.markers, request.model, request.body
    if "redacted" in markers:
        yield CompleteBlock({"type": "redacted_thinking", "data": thinking.redacted_data(model.id)})
    is_worth_thinking = len(request.question) >= MIN_LENGTH_TO_THINK and not request.purpose
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


def compose_text_blocks(request: Request, pieces: Iterable[str]) -> Iterable[Block]:
    """Return the blocks of a text: many small ones where it cites documents."""
    is_marked = "cite" in request.markers
    may_cite = is_marked or (exact_text(request.markers) is None and "clock" not in request.markers)
    if may_cite and isinstance(pieces, tuple) and not request.is_title and citations.has_documents(request.body):
        return citations.cite(request.body, pieces, every_sentence=is_marked)
    return [Text(pieces)]


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
    if request.calls and markers.keys().isdisjoint(TEXT_MARKERS):
        return prose.split_into_words("" if CALL_MARKER.search(request.question) else LEAD_IN), False
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
    if request.purpose == "summary":
        return summarize_text(request.question)
    text = answers.write_answer(request.body, request.question)
    is_cut = "max_tokens" in request.markers or "window" in request.markers
    return text[: len(text) // 2] if is_cut else text


def compose_calls(request: Request) -> Iterator[Block]:
    """Return the calls of tools, and the text after them."""
    markers = request.markers
    server_calls = [call for call in request.calls if call.is_server]
    error = markers.first("web_error")
    yield from web.call_server_tools(request.body, server_calls, error, pauses=request.must_pause)
    calls = [call for call in request.calls if not call.is_server]
    for number, call in enumerate(calls, start=1):
        if "blank" in markers:
            yield Text((" \n",))
        is_truncated = "cut" in markers and number == len(calls)
        yield ToolUse(f"toolu_standin{secrets.token_hex(6)}", *call[:2], is_truncated)
    if "after" in markers:
        yield Text(prose.split_into_words(markers.first("after")))


def compose_unknown_block(request: Request) -> Iterator[Block]:
    if "unknown" in request.markers:
        yield CompleteBlock(UNKNOWN_BLOCK)
