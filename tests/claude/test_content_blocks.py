"""Content blocks as the client yields them: whole, in pieces, interleaved, and out of order."""

import pytest

from conversations.claude.events import ContentBlock, MessageAccumulator
from conversations.claude.wire import TextDelta, ThinkingDelta
from tests.claude.streams import (
    BLOCK_STOP,
    END,
    START,
    STOP,
    accumulate,
    block_start,
    block_stop,
    blocks_of,
    delta,
    extract_text,
    stream_of,
    text_delta,
)


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


def test_text_outside_a_block_of_text_is_a_block_of_its_own():
    thinking = block_start(type="thinking", thinking="Hm.")
    events = accumulate(START, text_delta("One"), thinking, text_delta("Two"), END, STOP)

    assert blocks_of(events) == [
        {"type": "text", "text": "One"},
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "Two"},
    ]


def test_other_deltas_outside_a_block_of_their_type_are_ignored():
    signature, tool = delta(type="signature_delta", signature="?"), delta(type="input_json_delta", partial_json="?")

    assert accumulate(START, signature, block_start(type="text", text=""), tool)[1:] == []


def test_a_block_ends_where_the_next_one_starts():
    events = accumulate(START, block_start(type="text", text="One"), block_start(type="text", text="Two"), END, STOP)

    assert blocks_of(events) == [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]


def test_blocks_that_interleave_are_kept_apart():
    events = accumulate(
        START,
        block_start(type="text", text="", index=0),
        block_start(type="text", text="", index=1),
        text_delta("Two", index=1),
        text_delta("One", index=0),
        text_delta(".", index=1),
        block_stop(1),
        block_stop(0),
    )

    assert events[1:] == [
        TextDelta("One"),
        ContentBlock({"type": "text", "text": "One"}),
        TextDelta("Two"),
        TextDelta("."),
        ContentBlock({"type": "text", "text": "Two."}),
    ]


def test_the_inputs_of_two_tools_that_interleave_are_kept_apart():
    events = accumulate(
        START,
        block_start(type="tool_use", id="toolu_1", name="a", index=0),
        block_start(type="tool_use", id="toolu_2", name="b", index=1),
        delta(type="input_json_delta", partial_json='{"a": ', index=0),
        delta(type="input_json_delta", partial_json='{"b": ', index=1),
        delta(type="input_json_delta", partial_json="1}", index=0),
        delta(type="input_json_delta", partial_json="2}", index=1),
        END,
        STOP,
    )

    assert [block["input"] for block in blocks_of(events)] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a\ud83d", "\ude00b"], "a😀b"),
        (["\ud83d", "", "\ude00"], "😀"),
        (["\ud83d", "b"], "\ufffdb"),
        (["a", "\ude00"], "a\ufffd"),
        (["a\ud83d"], "a\ufffd"),
        (["\ud83d", "\ud83d", "\ude00"], "\ufffd😀"),
        (["a\0\ud83d", "\ude00"], "a\ufffd😀"),
    ],
)
def test_a_surrogate_pair_may_be_split_over_two_deltas(pieces, text):
    events = accumulate(START, block_start(type="text", text=""), *map(text_delta, pieces), BLOCK_STOP)

    assert extract_text(events) == text
    assert blocks_of(events) == [{"type": "text", "text": text}]


def test_a_surrogate_pair_may_be_split_in_thinking_too():
    pieces = [delta(type="thinking_delta", thinking=piece) for piece in ["\ud83d", "\ude00"]]

    assert accumulate(START, block_start(type="thinking", thinking=""), *pieces)[1:] == [ThinkingDelta("😀")]


@pytest.mark.parametrize(("kind", "delta_type"), [("text", "text_delta"), ("thinking", "thinking_delta")])
def test_a_surrogate_pair_may_be_split_between_the_start_of_a_block_and_a_delta(kind, delta_type):
    start = block_start(**{"type": kind, kind: "a\ud83d"})
    events = accumulate(START, start, delta(**{"type": delta_type, kind: "\ude00b"}), BLOCK_STOP)

    assert blocks_of(events) == [{"type": kind, kind: "a😀b"}]


def test_what_is_there_of_blocks_that_interleave_is_kept_when_the_stream_breaks():
    message = MessageAccumulator("req_1")
    starts = [block_start(type="text", text="", index=index) for index in (0, 1, 2)]
    deltas = [text_delta("Two", index=1), text_delta("One", index=0), text_delta("Three", index=2), block_stop(1)]
    shown = list(message.feed(stream_of([START, *starts, *deltas])))
    events = [*shown, *message.interrupt()]

    assert blocks_of(events) == [{"type": "text", "text": text} for text in ("One", "Two", "Three")]
    assert extract_text(events) == "OneTwoThree"


def test_a_single_block_stays_open_when_the_stream_breaks():
    message = MessageAccumulator("req_1")
    list(message.feed(stream_of([START, block_start(type="text", text="One")])))

    assert message.interrupt() == []
