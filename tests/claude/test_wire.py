"""Claude's event stream, decoded from bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.claude import wire
from conversations.claude.wire import EventSplitter, decode_event, decode_json
from tests.claude.streams import cut, encode


def split(*chunks):
    splitter = EventSplitter()
    return [data for chunk in chunks for data in splitter.feed(chunk)]


def text_delta(text):
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


# From bytes to the data of events


@given(st.data(), st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_stream_may_be_cut_anywhere(data, line_end):
    payloads = [text_delta("Grüße 😀\n"), {"type": "ping"}, text_delta("")]
    stream = "".join(f"event: x\ndata: {json.dumps(each, ensure_ascii=False)}\n\n" for each in payloads) + ":\n\n"
    chunks = data.draw(cut(stream.replace("\n", line_end).encode()))

    assert [json.loads(event) for event in split(*chunks)] == payloads


def test_comments_and_other_fields_are_ignored():
    assert split(b": hello\n\nid: 3\nretry: 10\n\nevent: x\ndata:{}\n\n") == [b"{}"]


def test_data_on_several_lines_is_joined():
    assert split(b"data: {\ndata: }\n\n") == [b"{\n}"]


def test_an_event_that_has_not_ended_is_not_delivered():
    assert split(b"data: {}\n") == []


@pytest.mark.parametrize("line_end", ["", "\n", "\r", "\r\n", "\r\r"])
def test_a_last_event_without_its_empty_line_is_delivered_at_the_end(line_end):
    splitter = EventSplitter()
    events = splitter.feed(b"data: {}" + line_end.encode())

    assert [*events, *splitter.finish()] == [b"{}"]


def test_an_event_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(wire, "MAX_EVENT", 100)

    with pytest.raises(ValueError, match="too long"):
        split(b"data: " + b"x" * 100, b"x")


def test_events_before_one_without_end_are_delivered(monkeypatch):
    monkeypatch.setattr(wire, "MAX_EVENT", 100)

    assert split(b"data: {}\n\ndata: " + b"x" * 100) == [b"{}"]


# From data to events


def test_a_text_delta_is_decoded():
    event = decode_event(encode(text_delta("Grüße 😀")))

    assert event == wire.ContentBlockDelta(wire.TextDelta("Grüße 😀"))


def test_fields_that_we_do_not_use_are_ignored():
    event = decode_event(b'{"type": "ping", "new": true}')

    assert event == wire.Ping()


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "mystery_event"},
        {"type": "mystery_event", "delta": 3},
        {"delta": "\ud800", "type": "mystery_event"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "mystery_delta", "text": 3}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "mystery_delta", "text": "\0"}},
    ],
)
def test_unknown_types_of_events_and_deltas_are_ignored(payload):
    assert decode_event(encode(payload)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b'{"type": "ping"',
        b'{"type": "\xff"}',
        b"[1]",
        b'"text"',
        b"NaN",
        b"{}",
        b'{"type": 1}',
        b'{"type": "content_block_delta"}',
        b'{"type": "content_block_delta", "delta": ["text_delta"]}',
        b'{"type": "content_block_delta", "delta": {"text": "no type"}}',
        b'{"type": "content_block_delta", "delta": {"type": "text_delta"}}',
        b'{"type": "content_block_delta", "delta": {"type": "text_delta", "text": null}}',
        b'{"type": "content_block_start", "content_block": []}',
        b'{"type": "error", "error": "\\ud800", "nan": NaN}',
    ],
)
def test_an_event_of_another_shape_is_refused(data):
    with pytest.raises(ValueError):
        decode_event(data)


def test_an_event_nested_too_deeply_is_refused():
    with pytest.raises(RecursionError):
        decode_event(b'{"type": "error", "error": ' + b"[" * 100_000)


# Characters that no database could store


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (r'"a\u0000b"', "a�b"),
        (r'"\ud800"', "�"),
        (r'"\udc00 and \ud83d\ude00"', "� and 😀"),
        (r'["\u0000", {"\u0000": "\ud800"}]', ["�", {"�": "�"}]),
        ('"plain"', "plain"),
        (r'"\\u0000"', r"\u0000"),
    ],
)
def test_nul_and_lone_surrogates_are_replaced(text, stored):
    assert decode_json(text.encode()) == stored


@pytest.mark.parametrize(
    ("text", "decoded"),
    [("\0", "�"), ("a\ud800b", "a�b"), ("a\0\ud800", "a�\ud800"), ("\udc00\0", "\udc00�"), ("\ud800\udc00", "𐀀")],
)
def test_they_are_replaced_in_deltas_but_for_halves_of_pairs_at_the_ends(text, decoded):
    event = decode_event(encode(text_delta(text)))

    assert event == wire.ContentBlockDelta(wire.TextDelta(decoded))


@given(st.text(st.characters(exclude_categories=())))
def test_a_scrubbed_text_can_be_stored(text):
    scrubbed = wire.scrub_text(text)

    assert "\0" not in scrubbed
    assert scrubbed.encode().decode() == scrubbed
