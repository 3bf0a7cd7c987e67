"""What the client yields for the events on the wire, and what it keeps of the message."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.claude.errors import Failed
from conversations.claude.events import ContentBlock, MessageAccumulator, MessageFinished, MessageStarted
from conversations.claude.wire import EventSplitter, TextDelta, ThinkingDelta, decode_event
from conversations.models.tokens import Tokens
from tests.claude.streams import cut, encode

PROMPT_USAGE = {"input_tokens": 12, "output_tokens": 1}
START = {"type": "message_start", "message": {"model": "claude-sonnet-5-5", "usage": PROMPT_USAGE}}
PING = {"type": "ping"}
BLOCK_STOP = {"type": "content_block_stop", "index": 0}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
STOP = {"type": "message_stop"}


def block_start(**block):
    return {"type": "content_block_start", "index": 0, "content_block": block}


def delta(**fields):
    return {"type": "content_block_delta", "index": 0, "delta": fields}


def text_delta(text):
    return delta(type="text_delta", text=text)


def accumulate(*payloads):
    """The events that follow from these payloads."""
    accumulator, events = MessageAccumulator("req_1"), []
    for payload in payloads:
        if event := decode_event(encode(payload)):
            events += accumulator.add(event)
    return events


def blocks_of(events):
    return [event.block for event in events if isinstance(event, ContentBlock)]


def text_of(events):
    return "".join(event.text for event in events if isinstance(event, TextDelta))


# A message from its start to its end


def test_a_message_of_one_text_block():
    events = accumulate(
        START, block_start(type="text", text=""), PING, text_delta("Hel"), text_delta("lo"), BLOCK_STOP, END, STOP
    )

    assert events == [
        MessageStarted("req_1", "claude-sonnet-5-5", Tokens(input=12, output=1)),
        TextDelta("Hel"),
        TextDelta("lo"),
        ContentBlock({"type": "text", "text": "Hello"}),
        MessageFinished("end_turn", Tokens(input=12, output=5)),
    ]


def test_a_message_without_a_stop_reason_is_not_finished():
    assert accumulate(START, STOP)[1:] == []


def test_a_message_without_a_final_count_says_so():
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}

    assert accumulate(START, end, STOP)[1:] == [MessageFinished("end_turn", Tokens(12, 1), is_counted=False)]


def test_model_and_stop_reason_are_cut_to_what_their_columns_hold():
    start = {"type": "message_start", "message": {"model": "m" * 100, "usage": {}}}
    end = {"type": "message_delta", "delta": {"stop_reason": "r" * 100}}
    started, finished = accumulate(start, end, STOP)

    assert (started.model, finished.stop_reason) == ("m" * 80, "r" * 40)


# Content blocks


def test_text_in_the_start_of_a_block_is_a_delta_too():
    events = accumulate(START, block_start(type="text", text="Hel"), text_delta("lo"), BLOCK_STOP)

    assert events[1:] == [TextDelta("Hel"), TextDelta("lo"), ContentBlock({"type": "text", "text": "Hello"})]


def test_empty_deltas_give_no_events():
    thinking = delta(type="thinking_delta", thinking="")

    assert accumulate(START, block_start(type="text", text=""), text_delta(""))[1:] == []
    assert accumulate(START, block_start(type="thinking", thinking=""), thinking)[1:] == []


def test_thinking_keeps_its_signature():
    events = accumulate(
        START,
        block_start(type="thinking", thinking="", signature=""),
        delta(type="thinking_delta", thinking="Hm."),
        delta(type="signature_delta", signature="opaque"),
        BLOCK_STOP,
    )

    assert events[1:] == [
        ThinkingDelta("Hm."),
        ContentBlock({"type": "thinking", "thinking": "Hm.", "signature": "opaque"}),
    ]


def test_citations_are_kept_with_their_text():
    page, quotation = {"type": "page_location"}, {"type": "char_location"}
    events = accumulate(
        START,
        block_start(type="text", text="", citations=None),
        delta(type="citations_delta", citation=page),
        text_delta("Yes."),
        delta(type="citations_delta", citation=quotation),
        BLOCK_STOP,
    )

    assert blocks_of(events) == [{"type": "text", "text": "Yes.", "citations": [page, quotation]}]


@pytest.mark.parametrize("block_type", ["tool_use", "server_tool_use"])
def test_the_input_of_a_tool_is_put_together(block_type):
    events = accumulate(
        START,
        block_start(type=block_type, id="toolu_1", name="weather", input={}),
        delta(type="input_json_delta", partial_json=""),
        delta(type="input_json_delta", partial_json='{"city": "Os'),
        delta(type="input_json_delta", partial_json='lo\\u0000"}'),
        BLOCK_STOP,
    )

    assert blocks_of(events) == [{"type": block_type, "id": "toolu_1", "name": "weather", "input": {"city": "Oslo�"}}]


def test_a_tool_without_input_keeps_the_empty_one():
    block = {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}}

    assert blocks_of(accumulate(START, block_start(**block), BLOCK_STOP)) == [block]


def test_a_block_of_an_unknown_type_is_kept_and_its_deltas_are_ignored():
    block = {"type": "mystery", "text": {"of": "another shape"}}
    events = accumulate(START, block_start(**block), text_delta("?"), BLOCK_STOP)

    assert events[1:] == [ContentBlock(block)]


def test_deltas_outside_a_block_of_their_type_are_ignored():
    thinking = block_start(type="thinking", thinking="")

    assert accumulate(START, text_delta("?"), thinking, text_delta("?"))[1:] == []


def test_a_block_ends_where_the_next_one_starts():
    events = accumulate(START, block_start(type="text", text="One"), block_start(type="text", text="Two"), END, STOP)

    assert blocks_of(events) == [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]


# Counts of tokens


def test_counts_are_totals_and_what_is_left_out_keeps_its_value():
    split = {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10}
    prompt = {"input_tokens": 3, "cache_creation_input_tokens": 30, "cache_creation": split, "output_tokens": 1}
    start = {"type": "message_start", "message": {"model": "m", "usage": prompt}}
    end = {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 7, "cache_creation_input_tokens": 35, "cache_read_input_tokens": None},
    }
    started, finished = accumulate(start, end, STOP)

    assert started.tokens == Tokens(input=3, output=1, cache_write_5m=20, cache_write_1h=10)
    assert finished.tokens == Tokens(input=3, output=7, cache_write_5m=25, cache_write_1h=10)


# What is refused


def test_an_error_event_raises_failed():
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_2"}

    with pytest.raises(Failed) as failure:
        accumulate(START, error)

    assert (failure.value.code, failure.value.request_id) == ("overloaded", "req_2")


@pytest.mark.parametrize("error", [{}, {"error": None}, {"error": "no"}, {"error": {"type": 7}, "request_id": 7}])
def test_an_error_event_of_any_shape_raises_failed(error):
    with pytest.raises(Failed):
        accumulate(START, {"type": "error", **error})


@pytest.mark.parametrize(
    "payloads",
    [
        [block_start(type="text", text="")],
        [END],
        [START, START],
        [START, block_start(text="no type")],
        [START, block_start(type="tool_use"), delta(type="input_json_delta", partial_json='{"a'), BLOCK_STOP],
    ],
    ids=["a block before message_start", "an end before it", "two starts", "no type", "a tool's input that is no JSON"],
)
def test_what_the_protocol_does_not_have_is_refused(payloads):
    with pytest.raises(ValueError):
        accumulate(*payloads)


# Any stream at all

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
BLOCKS = st.one_of(
    st.builds(lambda text: block_start(type="text", text=text), TEXTS),
    st.builds(lambda text: block_start(type="thinking", thinking=text), TEXTS),
    st.builds(lambda value: block_start(type="tool_use", input=value), JSON),
    st.builds(lambda value: block_start(type="mystery", text=value), JSON),
)
WELL_FORMED = st.one_of(DELTAS, BLOCKS, st.sampled_from([BLOCK_STOP, PING, END]))
TYPES = ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "error"]
FIELDS = [
    "message",
    "content_block",
    "delta",
    "usage",
    "error",
    "model",
    "text",
    "thinking",
    "citations",
    "stop_reason",
]


@st.composite
def misshapen(draw):
    """An event of a known type with fields of any shape."""
    fields = st.dictionaries(st.sampled_from(FIELDS), JSON | st.fixed_dictionaries({"type": TEXTS}), max_size=4)
    return {"type": draw(st.sampled_from(TYPES)), **draw(fields)}


def stream_of(payloads):
    return b"".join(b"event: x\ndata: " + encode(payload) + b"\n\n" for payload in payloads)


def read(chunks):
    """All events of a stream of bytes, and the error that ended it."""
    splitter, accumulator, events = EventSplitter(), MessageAccumulator("req_1"), []
    try:
        for chunk in chunks:
            for data in splitter.feed(chunk):
                if event := decode_event(data):
                    events += accumulator.add(event)
    except (Failed, ValueError) as error:
        return events, error
    return events, None


@given(st.lists(WELL_FORMED, max_size=12))
def test_the_text_of_the_events_is_that_of_the_blocks(payloads):
    events, error = read([stream_of([START, *payloads, STOP])])
    blocks = blocks_of(events)

    if error is None:
        assert text_of(events) == "".join(block["text"] for block in blocks if block["type"] == "text")


@given(st.data(), st.lists(WELL_FORMED | JSON, max_size=8))
def test_events_are_the_same_however_the_bytes_are_cut(data, payloads):
    stream = stream_of([START, *payloads, STOP])
    events, error = read([stream])
    events_of_pieces, error_of_pieces = read(data.draw(cut(stream)))

    assert events_of_pieces == events
    assert type(error_of_pieces) is type(error)


@given(st.data(), st.lists(WELL_FORMED | misshapen() | JSON, max_size=8))
def test_json_of_any_shape_gives_events_failed_or_value_error(data, payloads):
    events, _error = read(data.draw(cut(stream_of([START, *payloads, STOP]))))

    json.dumps(blocks_of(events), allow_nan=False).encode()
    assert "\0" not in text_of(events)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"data: ", b"\n\n", b'{"type": "ping"}', b"\r"]), max_size=8))
def test_bytes_of_any_kind_give_events_failed_or_value_error(chunks):
    read(chunks)
