"""Claude's event stream, fed chunk by chunk."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.claude import wire as claude_wire
from conversations.claude.wire import EventDecoder

EVENTS = [{"type": "a", "text": "Grüße 😀\n"}, {"type": "ping"}, {"type": "b", "n": [1, {"x": None}]}]


def wire(payload, end="\n"):
    data = json.dumps(payload, ensure_ascii=False)
    return f"event: {payload['type']}{end}data: {data}{end}{end}".encode()


def fed(*chunks):
    decoder = EventDecoder()
    return [payload for chunk in chunks for payload in decoder.feed(chunk)]


@given(st.lists(st.integers(0, 200), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]))
def test_events_are_the_same_however_the_bytes_are_cut(places, end):
    whole = b"".join(wire(payload, end) for payload in EVENTS) + b":\n\n"
    cuts = [0, *sorted(min(place, len(whole)) for place in places), len(whole)]

    assert fed(*(whole[begin:stop] for begin, stop in pairwise(cuts))) == EVENTS


def test_comments_and_lines_of_other_kinds_say_nothing():
    assert fed(b': hello\n\nid: 3\nretry: 10\n\nevent: x\ndata:{"type":"x"}\n\n') == [{"type": "x"}]


def test_data_on_several_lines_is_joined():
    assert fed(b'data: {"type":\ndata: "x"}\n\n') == [{"type": "x"}]


def test_what_is_not_ended_is_not_delivered():
    assert fed(b'data: {"type":"x"}\n') == []


@pytest.mark.parametrize("broken", [b"{", b'{"a": "\xff"}', b"[1]", b'"text"', b"NaN"])
def test_what_came_before_a_broken_event_is_delivered(broken):
    decoded = EventDecoder().feed(wire(EVENTS[0]) + b"data: " + broken + b"\n\n")

    assert next(decoded) == EVENTS[0]
    with pytest.raises(ValueError):
        next(decoded)


def test_an_event_without_end_is_not_collected_for_ever(monkeypatch):
    monkeypatch.setattr(claude_wire, "LONGEST_EVENT", 100)

    with pytest.raises(ValueError, match="too long"):
        fed(b"data: " + b"x" * 60, b"x" * 60)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"a\u0000b"', "a�b"),
        (r'"\ud800"', "�"),
        (r'"\udc00 and \ud83d\ude00"', "� and 😀"),
        (r'["\u0000", {"\u0000": "\ud800"}]', ["�", {"�": "�"}]),
        ('"plain"', "plain"),
        (r'"\\u0000"', r"\u0000"),
    ],
)
def test_no_character_comes_through_that_a_database_refuses(written, read):
    assert EventDecoder.decode(written.encode()) == read
