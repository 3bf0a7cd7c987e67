"""Claude cannot be had: refusals, drops and waits before the stream, and calls that somebody stops."""

import pytest

from conversations.models import Usage
from tests.site import eventually


def judged(answer):
    return answer.state, answer.ending, answer.error_code


# Before the stream

REFUSED = [
    ("400", "invalid_request"),
    ("401", "misconfigured"),
    ("404", "model_unavailable"),
    ("413", "too_large"),
    ("429:3600", "rate_limited"),
    ("529:11", "overloaded"),
    ("504", "upstream_timeout"),
]


@pytest.mark.parametrize(("status", "code"), REFUSED)
def test_alice_is_told_at_once_what_no_second_call_would_mend(outcome, stand_in, status, code):
    stream, answer = outcome(f"[[status:{status}]]")

    assert judged(answer) == ("failed", "failed", code)
    assert answer.text == ""
    assert answer.error_detail.startswith(status[:3])
    [asked] = stand_in.recorded()
    assert answer.request_id == asked["id"]
    assert not stream.named("retrying")
    assert not Usage.objects.exists()


MENDABLE = [
    ("429", "rate_limited"),
    ("500", "upstream_error"),
    ("529", "overloaded"),
]


@pytest.mark.parametrize(("status", "code"), MENDABLE)
def test_alice_sees_two_more_attempts_and_then_the_failure(outcome, stand_in, status, code):
    stream, answer = outcome(f"[[status:{status}:0.3]]")

    assert judged(answer) == ("failed", "failed", code)
    assert stream.named("retrying")[-1] == {"attempt": 2, "seconds": 0.3, "code": code}
    asked = stand_in.recorded()
    assert len(asked) == 3
    assert answer.request_id == asked[-1]["id"]
    assert not Usage.objects.exists()


def test_alice_gets_her_answer_when_the_second_attempt_succeeds(outcome):
    stream, answer = outcome("[[status:529:times:1]][[echo:Here I am.]]")

    assert judged(answer) == ("complete", "finished", "")
    assert answer.text == "Here I am."
    [retry] = stream.named("retrying")
    assert 0.3 < retry["seconds"] <= 0.5
    assert Usage.objects.get().state == "complete"


def test_alice_sees_that_claude_is_asked_again_also_when_she_comes_later(visitor):
    with visitor.asking("[[status:529:1:times:1]][[echo:Here I am.]]") as stream:
        assert stream.until("retrying")["attempt"] == 1
        with visitor.following(stream.start["reply"]) as late:
            late.read_to_end()

    assert [name for name, _ in late.frames][:2] == ["snapshot", "retrying"]
    assert late.end["state"] == "complete"


def test_alice_is_not_troubled_by_an_odd_retry_after(outcome, stand_in):
    header = "retry-after:Wed, 21 Oct 2015 07:28:00 -0000"
    _, answer = outcome(f"[[status:529:times:1]][[header:{header}]][[echo:Here I am.]]")

    assert judged(answer) == ("complete", "finished", "")
    assert len(stand_in.recorded()) == 2


def test_alice_reads_that_claude_was_not_reached_when_the_connection_drops(outcome, stand_in):
    stream, answer = outcome("[[drop]]")

    assert judged(answer) == ("failed", "failed", "upstream_error")
    assert stream.named("retrying")[-1]["attempt"] == 2
    assert len(stand_in.recorded()) == 3
    assert not Usage.objects.exists()


@pytest.mark.parametrize("marker", ["html", "json"])
def test_alice_gets_no_web_page_for_an_answer(outcome, marker):
    _, answer = outcome(f"[[{marker}]]")

    assert judged(answer) == ("failed", "failed", "upstream_protocol")
    assert answer.text == ""
    assert not Usage.objects.exists()


# Nobody is left at the other end


@pytest.mark.parametrize("marker", ["stall:2", "stall:2:ping", "endless]][[rate:200", "hang"])
def test_alice_stops_and_the_call_to_claude_is_hung_up(visitor, stand_in, marker):
    with visitor.asking(f"[[{marker}]]") as stream:
        reply = stream.start["reply"]
        eventually(lambda: stand_in.open() == 1)
        assert visitor.stop(reply) == "stopped"
        assert stream.end["state"] == "stopped"

    eventually(lambda: stand_in.open() == 0, seconds=1)
    [asked] = stand_in.recorded()
    assert asked["ended"] == "client_gone"
    usage = Usage.objects.filter(message=reply)
    assert [row.state for row in usage] == ([] if marker == "hang" else ["cut"])
