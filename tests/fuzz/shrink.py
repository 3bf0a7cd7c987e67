"""Makes a case that fails small: fewer events, shorter texts, the simplest way to send and to read them."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

from conversations import markdown
from tests.fuzz import reference
from tests.fuzz.cases import Case
from tests.fuzz.reference import Payload

MAX_SECONDS, MAX_SECONDS_FOR_TEXT = 30, 3
SIMPLER: list[dict[str, Any]] = [
    {"reader": "chat"},
    {"reader": "page"},
    {"seconds": 0},
    {"writes": 1},
    {"writes": 0},
    {"ending": "end"},
    {"is_ascii": True},
    {"line_end": "\n"},
    {"is_open_ended": False},
]
Test = Callable[[Any], Awaitable[bool]]


async def shrink(case: Case, fails: Callable[[Case], Awaitable[bool]]) -> Case:
    """The smallest case found that fails in the same way."""
    deadline = monotonic() + MAX_SECONDS

    async def still_fails(smaller: Case) -> bool:
        return smaller != case and smaller.is_possible and monotonic() < deadline and await fails(smaller)

    for change in SIMPLER:
        if await still_fails(simpler := replace(case, **change)):
            case = simpler
    if await still_fails(merged := merge_deltas(case)):
        case = merged
    whole = case
    units = await reduce(list(find_units(whole)), lambda kept: still_fails(keep(whole, kept)))
    case = keep(whole, units)
    for place, payload in enumerate(case.payloads):
        match payload:
            case {"delta": {"text": str(text)}} | {"delta": {"thinking": str(text)}}:
                shorter = await reduce(text, lambda text: still_fails(with_text(case, place, text)))
                case = with_text(case, place, shorter)
    return case


def merge_deltas(case: Case) -> Case:
    """The case with one delta for all that follow each other in a block."""
    merged: list[Payload] = []
    for payload in case.payloads[: case.intact]:
        match payload, merged[-1:]:
            case {"index": index, "delta": {"text": str(text)}}, [{"index": before, "delta": {"text": str(start)}}] if (
                index == before
            ):
                merged[-1] = payload | {"delta": payload["delta"] | {"text": start + text}}
            case _:
                merged.append(payload)
    return replace(case, payloads=(*merged, *case.payloads[case.intact :]), intact=len(merged))


async def reduce(items: Any, still_fails: Test) -> Any:
    """The fewest items found with which it fails, in their order."""
    size = len(items) // 2
    while size:
        begin = 0
        while begin < len(items):
            fewer = items[:begin] + items[begin + size :]
            if await still_fails(fewer):
                items = fewer
            else:
                begin += size
        size //= 2
    return items


def find_units(case: Case) -> Iterator[set[int]]:
    """The places of payloads to leave out; before the first fault only blocks, deltas, and what is in no block."""
    for place, payload in enumerate(case.payloads):
        match payload:
            case {"type": "message_start" | "message_delta" | "message_stop" | "content_block_stop"} if (
                place < case.intact
            ):
                pass
            case {"type": "content_block_start", "index": index} if place < case.intact:
                yield {other for other, event in enumerate(case.payloads) if is_of_block(event, index)}
            case _:
                yield {place}


def is_of_block(payload: Payload, index: int) -> bool:
    return isinstance(payload, dict) and payload.get("index") == index


def keep(case: Case, units: list[set[int]]) -> Case:
    """The case without the payloads of all other units."""
    left_out = set().union(*(unit for unit in find_units(case) if unit not in units))
    kept = tuple(payload for place, payload in enumerate(case.payloads) if place not in left_out)
    return replace(case, payloads=kept, intact=case.intact - sum(place < case.intact for place in left_out))


def with_text(case: Case, place: int, text: str) -> Case:
    payload = case.payloads[place]
    key = "text" if "text" in payload["delta"] else "thinking"
    payload = payload | {"delta": payload["delta"] | {key: text}}
    return replace(case, payloads=(*case.payloads[:place], payload, *case.payloads[place + 1 :]))


async def shrink_text(text: str) -> str:
    """The shortest text found in which words are lost by rendering."""
    deadline = monotonic() + MAX_SECONDS_FOR_TEXT

    async def loses_words(shorter: str) -> bool:
        return monotonic() < deadline and bool(reference.find_lost_words(shorter, markdown.render(shorter)))

    return str(await reduce(text, loses_words))


def shape(text: str) -> str:
    """A text with "w" for each word: failures of the same shape are of the same kind."""
    return re.sub(r"[^\W_]+", "w", text)


def describe(case: Case) -> str:
    """A case in lines that can be read."""
    sent = f"{case.response}, {case.ending}, {case.writes or len(case.payloads)} writes in {case.seconds} s"
    framing = f"lines end with {case.line_end!r}{', no last blank line' * case.is_open_ended}"
    lines = [f"reader: {case.reader}; upstream: {sent}, {framing}"]
    for payload in case.payloads:
        lines.append(shorten(payload if isinstance(payload, str) else json.dumps(payload)))
    return "\n    ".join(lines[:12] + ["…"] * (len(lines) > 12))


def shorten(text: str) -> str:
    """A text without its middle, and with long repetitions as a product."""
    text = re.sub(r"(?s)(.{1,6}?)\1{30,}", lambda run: f"⟨{run[1]} × {len(run[0]) // len(run[1])}⟩", text)
    return text if len(text) < 400 else f"{text[:200]} … {text[-100:]} ({len(text)} characters)"
