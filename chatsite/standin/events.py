"""The server-sent events of a reply, and the steps in which `writer` sends them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

FOREVER = float("inf")


class Step(NamedTuple):
    """One write: the bytes, and the text and number of deltas in them for the record.

    `pause` is the silence after it in seconds; None means the rate of the stream. A step with an `ending` is the
    last one, and the ending tells how the stream ended.
    """

    wire: bytes
    text: str = ""
    deltas: int = 0
    pause: float | None = 0.0
    usage: dict[str, Any] | None = None
    ending: str = ""


def encode_event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: ".encode() + encode_json({"type": name, **data}) + b"\n\n"


def encode_json(data: Any) -> bytes:
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8 form, only a JSON escape
        return json.dumps(data, separators=(",", ":")).encode()


PING = Step(encode_event("ping", {}))


def start_block(index: int, block: dict[str, Any]) -> Step:
    return Step(encode_event("content_block_start", {"index": index, "content_block": block}))


def block_delta(index: int, delta: dict[str, Any]) -> Step:
    return Step(encode_event("content_block_delta", {"index": index, "delta": delta}), pause=None)


def text_delta(index: int, text: str) -> Step:
    wire = encode_event("content_block_delta", {"index": index, "delta": {"type": "text_delta", "text": text}})
    return Step(wire, text=text, deltas=1, pause=None)


def stop_block(index: int) -> Step:
    return Step(encode_event("content_block_stop", {"index": index}))
