"""What the client yields for the events on the wire."""

from dataclasses import astuple

import pytest

from conversations.claude.errors import Failed
from conversations.claude.events import ContentBlock, MessageAccumulator, MessageFinished, MessageStarted
from conversations.claude.wire import TextDelta
from conversations.models.tokens import Tokens
from tests.claude.streams import (
    BLOCK_STOP,
    END,
    PING,
    START,
    STOP,
    accumulate,
    block_start,
    extract_text,
    stream_of,
    text_delta,
)

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


def test_a_last_event_without_an_empty_line_counts():
    message = MessageAccumulator("req_1")
    stream = stream_of([START, block_start(type="text", text="Yes."), END, STOP]).rstrip()
    events = [*message.feed(stream), *message.finish()]

    assert isinstance(events[-1], MessageFinished)
    assert extract_text(events) == "Yes."


def test_the_end_of_other_protocols_is_ignored():
    message = MessageAccumulator("req_1")
    list(message.feed(stream_of([START]) + b"data: [DONE]\n\n" + stream_of([END, STOP])))

    assert message.is_complete


# Counts of tokens


@pytest.mark.parametrize("message", [{}, {"model": None, "usage": None}, {"id": 1}])
def test_a_start_without_model_and_usage_has_the_model_that_was_asked(message):
    accumulator = MessageAccumulator("req_1", "claude-sonnet-5-5")
    [started] = accumulator.feed(stream_of([{"type": "message_start", "message": message}]))

    assert started == MessageStarted("req_1", "claude-sonnet-5-5", Tokens())


@pytest.mark.parametrize(
    "usage",
    [
        {"output_tokens": -5},
        {"output_tokens": 5.5},
        {"output_tokens": "5"},
        {"output_tokens": 10**30},
        {"output_tokens": True},
        {"output_tokens": [5]},
        {"output_tokens": 5, "input_tokens": 2**31},
        {"output_tokens": 5, "cache_creation_input_tokens": 3, "cache_creation": {"ephemeral_1h_input_tokens": 4}},
        "many",
    ],
)
def test_counts_that_no_call_can_have_are_not_the_final_ones(usage):
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}
    finished = accumulate(START, end, STOP)[-1]

    assert not finished.is_counted
    assert all(0 <= count < 2**31 for count in astuple(finished.tokens))


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
        [text_delta("before message_start")],
        [START, START],
        [START, block_start(text="no type")],
        [START, block_start(type="thinking", thinking="", signature=[1])],
        [START, block_start(type="text", text=5)],
        [START, block_start(type="text", text="", citations={})],
        [START, block_start(type="tool_use", id="toolu_1", name="a.b", input={})],
        [START, block_start(type="tool_use", id="x" * 300, name="a", input={})],
        [START, block_start(type="tool_use", name="a", input={})],
    ],
    ids=[
        "a block before message_start",
        "an end before it",
        "a delta before it",
        "two starts",
        "no type",
        "a signature that is no text",
        "a text that is a number",
        "citations that are no list",
        "a tool with another name than a tool can have",
        "a call with an endless id",
        "a call without an id",
    ],
)
def test_what_the_protocol_does_not_have_is_refused(payloads):
    with pytest.raises(ValueError):
        accumulate(*payloads)
