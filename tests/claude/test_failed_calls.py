"""Calls that fail before anything of the answer arrives, and calls that Alice stops."""

import pytest

from conversations.models import Usage
from tests.claude.outcomes import outcome_of
from tests.site import eventually

# Failures that are not retried


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("400", "invalid_request"),
        ("401", "misconfigured"),
        ("404", "model_unavailable"),
        ("413", "too_large"),
        ("429:3600", "rate_limited"),
        ("529:11", "overloaded"),
        ("504", "upstream_timeout"),
    ],
)
def test_a_failure_that_a_retry_would_not_avoid_ends_the_reply(ask, stand_in, status, code):
    stream, answer = ask(f"[[status:{status}]]")

    assert outcome_of(answer) == ("failed", "failed", code)
    assert (stream.end["state"], stream.end["code"]) == ("failed", code)
    assert not stream.named("retrying")
    assert len(stand_in.recorded()) == 1


def test_a_failed_call_leaves_its_cause_and_request_id_but_no_usage(ask, stand_in):
    _stream, answer = ask("[[status:400]]")

    assert answer.error_detail.startswith("400 invalid_request_error")
    assert answer.request_id == stand_in.recorded()[0]["id"]
    assert answer.text == ""
    assert not Usage.objects.exists()


@pytest.mark.parametrize("marker", ["html", "json"])
def test_a_response_that_is_no_event_stream_is_refused(ask, marker):
    _stream, answer = ask(f"[[{marker}]]")

    assert outcome_of(answer) == ("failed", "failed", "upstream_protocol")
    assert answer.text == ""
    assert not Usage.objects.exists()


# Failures that are retried


@pytest.mark.parametrize(
    ("status", "code"), [("429", "rate_limited"), ("500", "upstream_error"), ("529", "overloaded")]
)
def test_a_failure_that_may_pass_is_retried_twice(ask, stand_in, status, code):
    stream, answer = ask(f"[[status:{status}:0.3]]")

    assert outcome_of(answer) == ("failed", "failed", code)
    assert [frame["attempt"] for frame in stream.named("retrying")] == [1, 2]
    assert stream.named("retrying")[-1] == {"attempt": 2, "seconds": 0.3, "code": code}
    assert [record["id"] for record in stand_in.recorded()][-1] == answer.request_id
    assert len(stand_in.recorded()) == 3
    assert not Usage.objects.exists()


def test_a_dropped_connection_is_retried_twice(ask, stand_in):
    _stream, answer = ask("[[drop]]")

    assert outcome_of(answer) == ("failed", "failed", "upstream_error")
    assert len(stand_in.recorded()) == 3
    assert not Usage.objects.exists()


def test_alice_gets_her_answer_when_the_second_attempt_succeeds(ask):
    stream, answer = ask("[[status:529:times:1]][[echo:Here I am.]]")

    assert outcome_of(answer) == ("complete", "finished", "")
    assert answer.text == "Here I am."
    assert len(stream.named("retrying")) == 1
    assert Usage.objects.get().state == "complete"


def test_the_first_retry_waits_for_half_a_second_if_claude_names_no_time(ask):
    stream, _answer = ask("[[status:529:times:1]][[echo:Here I am.]]")

    [retrying] = stream.named("retrying")
    assert 0.3 < retrying["seconds"] <= 0.5


def test_a_retry_after_in_the_past_is_retried_at_once(ask, stand_in):
    header = "retry-after:Wed, 21 Oct 2015 07:28:00 -0000"
    _stream, answer = ask(f"[[status:529:times:1]][[header:{header}]][[echo:Here I am.]]")

    assert outcome_of(answer) == ("complete", "finished", "")
    assert len(stand_in.recorded()) == 2


def test_a_reader_who_comes_during_the_wait_sees_that_the_call_is_retried(visitor):
    with visitor.asking("[[status:529:1:times:1]][[echo:Here I am.]]") as stream:
        assert stream.until("retrying")["attempt"] == 1
        with visitor.following(stream.start["reply"]) as second_tab:
            second_tab.read_to_end()

    assert [name for name, _data in second_tab.frames][:2] == ["snapshot", "retrying"]
    assert second_tab.end["state"] == "complete"


# Stop


@pytest.mark.parametrize("marker", ["stall:2", "stall:2:ping", "endless]][[rate:200", "hang"])
def test_stopping_a_reply_closes_the_connection_to_claude(visitor, stand_in, marker):
    with visitor.asking(f"[[{marker}]]") as stream:
        stream.until("start")
        eventually(lambda: stand_in.count_open() == 1)
        assert visitor.stop(stream.start["reply"]) == "stopped"
        assert stream.end["state"] == "stopped"

    eventually(lambda: stand_in.count_open() == 0, seconds=1)
    assert [record["ended"] for record in stand_in.recorded()] == ["client_gone"]


@pytest.mark.parametrize(("marker", "states"), [("stall:2", ["cut"]), ("hang", [])])
def test_a_stopped_call_has_usage_if_claude_had_begun_to_answer(visitor, stand_in, marker, states):
    with visitor.asking(f"[[{marker}]]") as stream:
        stream.until("start")
        eventually(lambda: stand_in.count_open() == 1)
        eventually(lambda: Usage.objects.count() == len(states))
        visitor.stop(stream.start["reply"])
        stream.read_to_end()

    assert list(Usage.objects.values_list("state", flat=True)) == states
