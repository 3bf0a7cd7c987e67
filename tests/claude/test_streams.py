"""Whatever comes in the middle of a stream: the reply ends in the right state and keeps its text."""

import pytest

from conversations.models import Usage


def judged(answer):
    return answer.state, answer.ending, answer.error_code


# In the middle of the stream

CUT = [
    ("[[error:overloaded_error:3]]", "overloaded", "error"),
    ("[[error:api_error:3]]", "upstream_error", "error"),
    ("[[truncate:3]]", "upstream_truncated", "truncated"),
    ("[[reset:3]]", "upstream_error", "reset"),
    ("[[malformed:3]]", "upstream_protocol", "client_gone"),
    ("[[malformed:3]][[burst]]", "upstream_protocol", "done"),
    ("[[badutf8:3]]", "upstream_protocol", "client_gone"),
    ("[[misshaped:3]]", "upstream_protocol", "client_gone"),
]


@pytest.mark.parametrize(("marker", "code", "ended"), CUT)
def test_alice_keeps_what_she_read_when_the_stream_breaks(outcome, stand_in, marker, code, ended):
    stream, answer = outcome(f"[[text]]One two three {'more ' * 80}[[/text]]{marker}")

    assert judged(answer) == ("failed", "failed", code)
    assert answer.text == "One two three "
    assert "One two three" in stream.end["html"]
    assert not stream.named("retrying")
    [asked] = stand_in.recorded()
    assert (asked["ended"], answer.request_id) == (ended, asked["id"])
    usage = Usage.objects.get()
    assert (usage.state, usage.estimated, usage.request_id) == ("cut", True, asked["id"])


def test_alice_gets_further_attempts_when_the_stream_breaks_before_a_word(outcome, stand_in):
    stream, answer = outcome("[[error:overloaded_error:0]][[nothinking]]Are you there?")

    assert judged(answer) == ("failed", "failed", "overloaded")
    assert stream.named("retrying")[-1]["attempt"] == 2
    asked = stand_in.recorded()
    assert len(asked) == 3
    assert set(Usage.objects.values_list("request_id", flat=True)) == {each["id"] for each in asked}
    assert not Usage.objects.exclude(state="cut").exists()


def test_alice_is_not_shown_a_truncated_call_twice(outcome, stand_in):
    _, answer = outcome("[[truncate:0]][[nothinking]]Are you there?")

    assert judged(answer) == ("failed", "failed", "upstream_truncated")
    assert len(stand_in.recorded()) == 1
    assert Usage.objects.get().state == "cut"


def test_alice_sees_no_complete_answer_without_a_stop_reason(outcome):
    _, answer = outcome("[[noreason]][[echo:All of it.]]")

    assert judged(answer) == ("failed", "failed", "upstream_truncated")
    assert answer.text == "All of it."


def test_alice_keeps_the_thoughts_of_an_answer_that_was_cut(outcome):
    _, answer = outcome("[[thinking:Let me see. What was it?]][[truncate:1]][[echo:Well then.]]")

    assert (answer.state, answer.thinking) == ("failed", "Let me see. What was it?")


def test_alice_goes_on_after_a_failure_and_claude_is_sent_what_there_was(outcome, stand_in):
    _, answer = outcome("[[text]]One two three four.[[/text]][[thinking]][[reset:2]]")
    _, answer = outcome("[[echo:Three four.]]", answer.conversation_id)

    assert answer.state == "complete"
    turns = stand_in.recorded()[-1]["body"]["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert [block["type"] for block in turns[1]["content"]] == ["thinking", "text"]
    assert turns[1]["content"][1]["text"] == "One two "


# Odd, but not wrong


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("refusal", "refusal"),
        ("max_tokens", "max_tokens"),
        ("window", "model_context_window_exceeded"),
        ("tool", "tool_use"),
    ],
)
def test_alice_reads_why_a_complete_answer_is_shorter_than_she_hoped(outcome, marker, reason):
    stream, answer = outcome(f"What does a garden need?[[rate:0]][[{marker}]]")

    assert judged(answer) == ("complete", "finished", "")
    assert (answer.stop_reason, stream.end["stop_reason"]) == (reason, reason)
    assert answer.text
    assert Usage.objects.get().state == "complete"


def test_alice_can_ask_on_after_an_empty_answer(outcome, stand_in):
    stream, answer = outcome("[[empty]]")
    assert judged(answer) == ("complete", "finished", "")
    assert answer.text == ""
    assert "Claude gave an empty answer." in stream.end["html"]

    _, answer = outcome("[[echo:Yes.]]", answer.conversation_id)
    assert answer.text == "Yes."
    [turn] = stand_in.recorded()[-1]["body"]["messages"]
    assert [block["text"] for block in turn["content"]] == ["[[empty]]", "[[echo:Yes.]]"]


PIECES = ["bytes:1", "burst", "split:utf8", "hugeline:100000", "unknown", "pause:2:0.3"]


@pytest.mark.parametrize("marker", PIECES)
def test_alice_reads_the_same_text_however_it_travels(outcome, stand_in, marker):
    said = "" if "hugeline" in marker else "[[echo:Grüße 😀 zurück]]"
    _, answer = outcome(f"[[rate:0]][[{marker}]][[thinking:Well, 😀.]]{said}")

    assert judged(answer) == ("complete", "finished", "")
    assert answer.text == stand_in.recorded()[-1]["text"]
    assert answer.thinking == "Well, 😀."
    assert Usage.objects.get().state == "complete"


def test_alice_gets_no_character_that_the_database_cannot_hold(outcome, stand_in):
    _, answer = outcome("[[nul]]")

    assert answer.state == "complete"
    assert answer.text == "Before � and � in the middle, � and \x1b[31m after. 😀"
    _, answer = outcome("[[echo:Fine.]]", answer.conversation_id)
    assert answer.text == "Fine."
