"""Remembers the turns that ended with `pause_turn`: only such a turn may come back as the last message."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from typing import Any

from chatsite.standin.refusals import Refused
from chatsite.standin.reply import Reply
from chatsite.standin.tokens import content_blocks

MAX_TURNS = 10_000


class PausedTurns:
    """How often each turn has paused, by its question and by the text and the thinking that it has so far."""

    def __init__(self) -> None:
        self._pauses: OrderedDict[bytes, int] = OrderedDict()

    def count_pauses(self, body: dict[str, Any], question: str) -> int:
        """Return how often the turn has paused that this request continues, or 0 if it begins one; raise Refused."""
        last = body["messages"][-1]
        if last["role"] != "assistant":
            return 0
        pauses = self._pauses.get(turn_key(question, content_blocks(last["content"])))
        if pauses is None:
            prefill = "This model does not support assistant message prefill."
            raise Refused(400, f"{prefill} The conversation must end with a user message.")
        return pauses

    def add_pause(self, body: dict[str, Any], question: str, reply: Reply, pauses: int) -> None:
        """Remember the turn with this reply as its newest part, after so many pauses."""
        content = [block.as_json() for block in reply.blocks]
        last = body["messages"][-1]
        if last["role"] == "assistant":
            content = content_blocks(last["content"]) + content
        self._pauses[turn_key(question, content)] = pauses
        if len(self._pauses) > MAX_TURNS:
            self._pauses.popitem(last=False)


def turn_key(question: str, content: list[dict[str, Any]]) -> bytes:
    """Return the key of a turn. How its text is divided into blocks does not matter, nor does white space.

    Blocks of white space alone may be in an answer, but not in a request.
    """
    text = "".join(word for block in content if block["type"] == "text" for word in block["text"].split())
    signatures = [block["signature"] for block in content if block["type"] == "thinking"]
    calls = [block["id"] for block in content if block["type"] in ("tool_use", "server_tool_use")]
    return hashlib.blake2b(json.dumps([question, text, signatures, calls]).encode(), digest_size=16).digest()
