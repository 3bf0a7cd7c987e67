"""Streams that break in the middle: the reply fails with the right code and keeps its text."""

import pytest

from conversations.models import Usage
from tests.claude.outcomes import outcome_of

BREAKS_AFTER_THREE_WORDS = pytest.mark.parametrize(
    ("marker", "code", "ended"),
    [
        ("[[error:overloaded_error:3]]", "overloaded", "error"),
        ("[[error:api_error:3]]", "upstream_error", "error"),
        ("[[truncate:3]]", "upstream_truncated", "truncated"),
        ("[[reset:3]]", "upstream_error", "reset"),
        ("[[malformed:3]]", "upstream_protocol", "client_gone"),
        ("[[malformed:3]][[burst]]", "upstream_protocol", "done"),
        ("[[badutf8:3]]", "upstream_protocol", "client_gone"),
        ("[[misshaped:3]]", "upstream_protocol", "client_gone"),
    ],
)
#: Long enough not to be sent whole before the client can close the connection.
LONG_ANSWER = f"[[text]]One two three {'more ' * 80}[[/text]]"


@BREAKS_AFTER_THREE_WORDS
def test_alice_keeps_what_she_read_when_the_stream_breaks(ask, marker, code, ended):
    stream, answer = ask(f"{LONG_ANSWER}{marker}")

    assert outcome_of(answer) == ("failed", "failed", code)
    assert answer.text == "One two three "
    assert "One two three" in stream.end["html"]


@BREAKS_AFTER_THREE_WORDS
def test_a_stream_that_broke_after_some_text_is_not_retried(ask, stand_in, marker, code, ended):
    stream, answer = ask(f"{LONG_ANSWER}{marker}")

    assert not stream.named("retrying")
    assert [(record["ended"], record["id"]) for record in stand_in.recorded()] == [(ended, answer.request_id)]


def test_the_usage_of_a_broken_stream_is_estimated(ask):
    _stream, answer = ask(f"{LONG_ANSWER}[[reset:3]]")

    usage = Usage.objects.get()
    assert (usage.state, usage.estimated, usage.request_id) == ("cut", True, answer.request_id)


def test_a_stream_that_breaks_before_any_text_is_retried(ask, stand_in):
    stream, answer = ask("[[error:overloaded_error:0]][[nothinking]]Are you there?")

    assert outcome_of(answer) == ("failed", "failed", "overloaded")
    assert [frame["attempt"] for frame in stream.named("retrying")] == [1, 2]
    assert len(stand_in.recorded()) == 3


def test_each_attempt_that_claude_began_to_answer_has_usage(ask, stand_in):
    ask("[[error:overloaded_error:0]][[nothinking]]Are you there?")

    rows = set(Usage.objects.values_list("request_id", "state"))
    assert rows == {(record["id"], "cut") for record in stand_in.recorded()}


def test_a_stream_that_ends_too_early_is_not_retried(ask, stand_in):
    _stream, answer = ask("[[truncate:0]][[nothinking]]Are you there?")

    assert outcome_of(answer) == ("failed", "failed", "upstream_truncated")
    assert len(stand_in.recorded()) == 1
    assert Usage.objects.get().state == "cut"


def test_an_answer_without_a_stop_reason_is_not_complete(ask):
    _stream, answer = ask("[[noreason]][[echo:All of it.]]")

    assert outcome_of(answer) == ("failed", "failed", "upstream_truncated")
    assert answer.text == "All of it."


def test_the_thinking_of_a_broken_answer_is_kept(ask):
    _stream, answer = ask("[[thinking:Let me see. What was it?]][[truncate:1]][[echo:Well then.]]")

    assert (answer.state, answer.thinking) == ("failed", "Let me see. What was it?")


def test_the_next_question_is_sent_with_the_broken_answer(ask, last_request):
    _stream, failed = ask("[[text]]One two three four.[[/text]][[thinking]][[reset:2]]")
    _stream, answer = ask("[[echo:Three four.]]", failed.conversation_id)

    question, broken_answer, next_question = last_request()["messages"]
    assert [question["role"], broken_answer["role"], next_question["role"]] == ["user", "assistant", "user"]
    assert [block["type"] for block in broken_answer["content"]] == ["thinking", "text"]
    assert broken_answer["content"][1]["text"] == "One two "
    assert answer.state == "complete"
