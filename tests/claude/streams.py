"""Streams of the Messages API for tests: payloads, their bytes in pieces, and what the client makes of them."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from conversations.claude.events import ContentBlock, MessageAccumulator
from conversations.claude.wire import TextDelta

PROMPT_USAGE = {"input_tokens": 12, "output_tokens": 1}
START = {"type": "message_start", "message": {"model": "claude-sonnet-5-5", "usage": PROMPT_USAGE}}
PING = {"type": "ping"}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
STOP = {"type": "message_stop"}


def encode(payload: Any) -> bytes:
    """JSON, with escapes for everything that is not ASCII."""
    return json.dumps(payload).encode()


def block_start(index=0, **block):
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index=0, **fields):
    return {"type": "content_block_delta", "index": index, "delta": fields}


def text_delta(text, index=0):
    return delta(index, type="text_delta", text=text)


def block_stop(index=0):
    return {"type": "content_block_stop", "index": index}


BLOCK_STOP = block_stop()


def stream_of(payloads):
    return b"".join(b"event: x\ndata: " + encode(payload) + b"\n\n" for payload in payloads)


def accumulate(*payloads):
    """The events that follow from these payloads."""
    return list(MessageAccumulator("req_1").feed(stream_of(payloads)))


def blocks_of(events):
    return [event.block for event in events if isinstance(event, ContentBlock)]


def extract_text(events):
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@st.composite
def cut(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    """The stream in pieces of any length."""
    places = draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted))
    return [stream[begin:end] for begin, end in pairwise([0, *places, len(stream)])]
