"""Counts tokens in a simple, repeatable way, and imitates the prompt cache."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from chatsite.standin.files import count_file_tokens, files_of

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4
CACHE_SECONDS = {"5m": 300.0, "1h": 3600.0}
MAX_CACHED_PREFIXES = 200_000


def count_text_tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def count_prompt_tokens(body: dict[str, Any]) -> int:
    return sum(count for count, _ in cacheable_segments(body)) + TOKENS_PER_MESSAGE


def cacheable_segments(body: dict[str, Any]) -> list[tuple[int, str]]:
    """Return token count and content of the prompt's parts in the order of the cache: tools, system, messages."""
    parts: list[Any] = [body.get("tools"), content_blocks(body.get("system") or [])]
    parts = [part for part in parts if part]
    parts += [[message.get("role"), *content_blocks(message.get("content"))] for message in body["messages"]]
    return [
        (TOKENS_PER_MESSAGE + sum(map(count_block_tokens, part)), json.dumps(without_breakpoints(part)))
        for part in parts
    ]


def content_blocks(content: Any) -> list[Any]:
    """Return the blocks of a message; a string is short for one text block."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def extract_text(content: Any) -> str:
    """Return the text of all text blocks, joined."""
    return "".join(str(block["text"]) for block in content_blocks(content) if block["type"] == "text")


def count_block_tokens(block: Any) -> int:
    if isinstance(block, str):
        return 0
    if block.get("type") == "text":
        return count_text_tokens(str(block.get("text", "")))
    if files_of([block]):
        return count_file_tokens(block)
    if block.get("type") == "tool_result" and isinstance(block.get("content"), list):
        return TOKENS_PER_MESSAGE + sum(map(count_block_tokens, block["content"]))
    return count_text_tokens(json.dumps(block, ensure_ascii=False))


def without_breakpoints(part: list[Any]) -> list[Any]:
    """Return the blocks without `cache_control`: a moved cache breakpoint leaves the cached prefix the same."""
    return [
        {key: value for key, value in block.items() if key != "cache_control"} if isinstance(block, dict) else block
        for block in part
    ]


class PromptCache:
    """Has no minimum length, unlike the real one, so that short conversations show a cached share too."""

    def __init__(self) -> None:
        self._expiry: dict[bytes, float] = {}

    def prompt_usage(self, owner: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the usage that `message_start` reports, and remember the prompt for the next turn."""
        control = body.get("cache_control") or {}
        ttl = control.get("ttl") or "5m"
        if not control:
            return usage_of_prompt(count_prompt_tokens(body), 0, 0, ttl)
        now, read, total = time.monotonic(), 0, 0
        prefix = hashlib.blake2b(owner.encode(errors="replace"), digest_size=12)
        for token_count, content in cacheable_segments(body):
            prefix.update(content.encode())
            total += token_count
            key = prefix.digest()
            if self._expiry.get(key, 0.0) > now:
                read = total
            self._expiry[key] = now + CACHE_SECONDS[ttl]
        if len(self._expiry) > MAX_CACHED_PREFIXES:
            self._expiry.clear()
        return usage_of_prompt(TOKENS_PER_MESSAGE, read, total - read, ttl)


def usage_of_prompt(uncached: int, read: int, written: int, ttl: str) -> dict[str, Any]:
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
