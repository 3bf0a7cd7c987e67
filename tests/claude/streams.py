"""Streams of the Messages API for tests: their events as JSON, and their bytes in pieces."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st


def encode(payload: Any) -> bytes:
    """JSON, with escapes for everything that is not ASCII."""
    return json.dumps(payload).encode()


@st.composite
def cut(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    """The stream in pieces of any length."""
    places = draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted))
    return [stream[begin:end] for begin, end in pairwise([0, *places, len(stream)])]
