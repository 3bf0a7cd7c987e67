"""Why the prompt cache could not be used: `diagnostics.cache_miss_reason` of a response."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from chatsite.standin.tokens import cacheable_segments, content_blocks, without_breakpoints

MAX_REQUESTS = 2_000


class Diagnoses:
    """Remembers what was sent for each message, to compare it with what is sent after it."""

    def __init__(self) -> None:
        self._requests: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def remember(self, message_id: str, body: dict[str, Any]) -> None:
        self._requests[message_id] = body
        if len(self._requests) > MAX_REQUESTS:
            self._requests.popitem(last=False)

    def diagnose(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """The `diagnostics` of the response; None where nothing was asked or nothing was missed."""
        previous_id = (body.get("diagnostics") or {}).get("previous_message_id")
        if previous_id is None:
            return None
        previous = self._requests.get(previous_id)
        if previous is None:
            return {"cache_miss_reason": {"type": "previous_message_not_found"}}
        for name in ("model", "system", "tools"):
            if prefix_of(body, name) != prefix_of(previous, name):
                return miss(f"{name}_changed", previous, 0)
        for number, (message, before) in enumerate(zip(body["messages"], previous["messages"], strict=False)):
            if message_key(message) != message_key(before):
                return miss("messages_changed", previous, number)
        return None


def prefix_of(body: dict[str, Any], name: str) -> Any:
    value = body.get(name)
    return without_breakpoints(content_blocks(value or [])) if name == "system" else value


def message_key(message: dict[str, Any]) -> Any:
    return message["role"], without_breakpoints(content_blocks(message["content"]))


def miss(reason: str, previous: dict[str, Any], number: int) -> dict[str, Any]:
    """`number`: the first message that differs. What was sent before it could still be read."""
    tokens = sum(count for count, _content in cacheable_segments(previous))
    kept = sum(count for count, _content in cacheable_segments({**previous, "messages": previous["messages"][:number]}))
    missed = tokens if reason != "messages_changed" else tokens - kept
    return {"cache_miss_reason": {"type": reason, "cache_missed_input_tokens": missed}}
