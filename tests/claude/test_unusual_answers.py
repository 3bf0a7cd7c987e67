"""Answers that are unusual and complete: cut short by Claude, empty, or travelling in odd pieces."""

import pytest

from conversations.models import Usage
from tests.claude.outcomes import outcome_of


@pytest.mark.parametrize(
    ("marker", "stop_reason"),
    [
        ("refusal", "refusal"),
        ("max_tokens", "max_tokens"),
        ("window", "model_context_window_exceeded"),
    ],
)
def test_an_answer_that_claude_cut_short_is_complete_and_says_why(ask, marker, stop_reason):
    stream, answer = ask(f"What does a garden need?[[rate:0]][[{marker}]]")

    assert outcome_of(answer) == ("complete", "finished", "")
    assert answer.stop_reason == stream.end["stop_reason"] == stop_reason
    assert answer.text
    assert Usage.objects.get().state == "complete"


def test_alice_reads_that_an_answer_is_empty(ask):
    stream, answer = ask("[[empty]]")

    assert outcome_of(answer) == ("complete", "finished", "")
    assert answer.text == ""
    assert "Claude gave an empty answer." in stream.end["html"]


def test_a_question_after_an_empty_answer_is_joined_to_the_one_before(ask, last_request):
    _stream, empty = ask("[[empty]]")
    _stream, answer = ask("[[echo:Yes.]]", empty.conversation_id)

    [message] = last_request()["messages"]
    assert [block["text"] for block in message["content"]] == ["[[empty]]", "[[echo:Yes.]]"]
    assert answer.text == "Yes."


@pytest.mark.parametrize(
    "marker", ["bytes:1", "burst", "split:utf8", "unknown", "pause:2:0.3"], ids=lambda marker: marker.partition(":")[0]
)
def test_alice_reads_the_same_text_however_it_travels(ask, marker):
    _stream, answer = ask(f"[[rate:0]][[{marker}]][[thinking:Well, 😀.]][[echo:Grüße 😀 zurück]]")

    assert outcome_of(answer) == ("complete", "finished", "")
    assert (answer.thinking, answer.text) == ("Well, 😀.", "Grüße 😀 zurück")


def test_alice_reads_all_of_a_very_long_line(ask, stand_in):
    _stream, answer = ask("[[rate:0]][[hugeline:100000]]")

    assert answer.text == stand_in.recorded()[-1]["text"]
    assert len(answer.text) >= 100_000


def test_characters_that_no_database_could_store_are_replaced(ask):
    _stream, answer = ask("[[nul]]")

    assert answer.state == "complete"
    assert answer.text == "Before � and � in the middle, � and \x1b[31m after. 😀"


def test_alice_can_ask_again_after_such_characters(ask):
    _stream, first = ask("[[nul]]")
    _stream, second = ask("[[echo:Fine.]]", first.conversation_id)

    assert second.text == "Fine."
