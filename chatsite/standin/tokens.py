"""A simple, repeatable token count, and a prompt cache that remembers the prefixes it has seen."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

CHARS_PER_TOKEN = 4
PER_TURN = 4
IMAGE = 1_500
LIFETIME = {"5m": 300.0, "1h": 3600.0}


def tokens(text: str) -> int:
    return -(-len(text) // CHARS_PER_TOKEN)


def estimate(body: dict[str, Any]) -> int:
    return sum(weight for weight, _ in segments(body)) + PER_TURN


def segments(body: dict[str, Any]) -> list[tuple[int, str]]:
    """The prompt in the order it is cached: tools, system, then each turn; weight and content of each."""
    parts: list[Any] = [body.get("tools"), blocks(body.get("system") or [])]
    parts = [part for part in parts if part]
    turns = [[turn.get("role"), *blocks(turn.get("content"))] for turn in body["messages"]]
    return [(PER_TURN + sum(map(weigh, part)), json.dumps(bare(part))) for part in parts + turns]


def blocks(content: Any) -> list[Any]:
    """A string is short for one text block, so that both spell the same prefix."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def weigh(block: Any) -> int:
    if isinstance(block, str):
        return 0
    if block.get("type") == "text":
        return tokens(str(block.get("text", "")))
    if block.get("type") == "image":
        return IMAGE
    return tokens(json.dumps(block, ensure_ascii=False))


def bare(part: list[Any]) -> list[Any]:
    """Where a breakpoint stands is not part of what is cached."""
    return [
        {key: value for key, value in block.items() if key != "cache_control"} if isinstance(block, dict) else block
        for block in part
    ]


class Cache:
    """Knows no minimum length, unlike the real one: a short second turn shows its cached share as well."""

    def __init__(self) -> None:
        self._until: dict[bytes, float] = {}

    def usage(self, owner: str, body: dict[str, Any]) -> dict[str, Any]:
        """The prompt's tokens as `message_start` reports them; remembers the prompt for the next turn."""
        control = body.get("cache_control") or {}
        ttl = control.get("ttl") or "5m"
        if not control:
            return report(estimate(body), 0, 0, ttl)
        read, total = self._look_up(owner, segments(body), LIFETIME[ttl])
        return report(PER_TURN, read, total - read, ttl)

    def _look_up(self, owner: str, parts: list[tuple[int, str]], lifetime: float) -> tuple[int, int]:
        now, read, total = time.monotonic(), 0, 0
        prefix = hashlib.blake2b(owner.encode(errors="replace"), digest_size=12)
        for weight, content in parts:
            prefix.update(content.encode())
            total += weight
            key = prefix.digest()
            if self._until.get(key, 0.0) > now:
                read = total
            self._until[key] = now + lifetime
        if len(self._until) > 200_000:
            self._until.clear()
        return read, total


def report(uncached: int, read: int, written: int, ttl: str) -> dict[str, Any]:
    return {
        "input_tokens": uncached,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": written if ttl == "5m" else 0,
            "ephemeral_1h_input_tokens": written if ttl == "1h" else 0,
        },
        "output_tokens": 1,
        "service_tier": "standard",
    }
