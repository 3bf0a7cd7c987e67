"""Streams of any events, any JSON and any bytes, cut anywhere: the client yields events or raises a known error."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.claude.errors import Failed
from conversations.claude.events import MessageAccumulator
from tests.claude.streams import (
    BLOCK_STOP,
    END,
    PING,
    START,
    STOP,
    block_start,
    blocks_of,
    cut,
    delta,
    extract_text,
    stream_of,
    text_delta,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3),
    max_leaves=8,
)
TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)
DELTAS = st.one_of(
    st.builds(text_delta, TEXTS),
    st.builds(lambda text: delta(type="thinking_delta", thinking=text), TEXTS),
    st.builds(lambda text: delta(type="input_json_delta", partial_json=text), TEXTS | st.just("{}")),
    st.builds(lambda text: delta(type="signature_delta", signature=text), TEXTS),
    st.builds(lambda value: delta(type="citations_delta", citation={"of": value}), JSON),
)
BLOCK_TYPES = ["text", "thinking", "tool_use", "server_tool_use", "redacted_thinking", "mystery"]
BLOCK_FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(BLOCK_TYPES)},
    optional=dict.fromkeys(("text", "thinking", "signature", "input", "citations"), TEXTS | JSON),
)
BLOCKS = st.builds(lambda fields: block_start(**fields), BLOCK_FIELDS)
WELL_FORMED = st.one_of(DELTAS, BLOCKS, st.sampled_from([BLOCK_STOP, PING, END]))
TYPES = ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "error"]
FIELDS = ["message", "content_block", "delta", "usage", "error", "model", "text", "stop_reason", "output_tokens"]


@st.composite
def misshapen(draw):
    """An event of a known type with fields of any shape."""
    fields = st.dictionaries(st.sampled_from(FIELDS), JSON | st.fixed_dictionaries({"type": TEXTS}), max_size=4)
    return {"type": draw(st.sampled_from(TYPES)), **draw(fields)}


def read(chunks):
    """All events of a stream of bytes, and the error that ended it."""
    accumulator = MessageAccumulator("req_1")
    events: list[Any] = []
    try:
        for chunk in chunks:
            events += accumulator.feed(chunk)
    except (Failed, ValueError) as error:
        return events, error
    return events, None


#: How long the machine takes to think of events says nothing about these.
on_any_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@on_any_machine
@given(st.lists(WELL_FORMED, max_size=12))
def test_the_text_of_the_events_is_that_of_the_blocks(payloads):
    events, error = read([stream_of([START, *payloads, STOP])])
    blocks = blocks_of(events)

    if error is None:
        assert extract_text(events) == "".join(block["text"] for block in blocks if block["type"] == "text")


@on_any_machine
@given(st.data(), st.lists(WELL_FORMED | JSON, max_size=8))
def test_events_are_the_same_however_the_bytes_are_cut(data, payloads):
    stream = stream_of([START, *payloads, STOP])
    events, error = read([stream])
    events_of_pieces, error_of_pieces = read(data.draw(cut(stream)))

    assert events_of_pieces == events
    assert type(error_of_pieces) is type(error)


@on_any_machine
@given(st.data(), st.lists(WELL_FORMED | misshapen() | JSON, max_size=8))
def test_json_of_any_shape_gives_events_failed_or_value_error(data, payloads):
    events, _error = read(data.draw(cut(stream_of([START, *payloads, STOP]))))

    json.dumps(blocks_of(events), allow_nan=False).encode()
    assert "\0" not in extract_text(events)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"data: ", b"\n\n", b'{"type": "ping"}', b"\r"]), max_size=8))
def test_bytes_of_any_kind_give_events_failed_or_value_error(chunks):
    read(chunks)
