"""Claude fails: before the first word it is tried again, visibly; later the text stays and nothing runs twice."""

import pytest

from conversations.models import Message, Usage
from tests.site import Visitor, stored

FAST = "[[rate:0]]"


def test_a_call_that_fails_before_the_first_word_is_made_again_and_alice_sees_why_she_waits(site, stand_in, alice):
    stream = Visitor(site, alice).ask("[[status:529:0.3:times:2]][[echo:Here I am.]]")

    assert stream.named("retrying") == [
        {"attempt": 1, "seconds": 0.3, "code": "overloaded"},
        {"attempt": 2, "seconds": 0.3, "code": "overloaded"},
    ]
    assert stream.end["state"] == "complete"
    assert len(stand_in.recorded()) == 3
    answer = stored(stream.start["reply"])
    assert (answer.text, answer.error_code) == ("Here I am.", "")
    assert Usage.objects.filter(message=answer).count() == 1


def test_a_second_tab_opened_while_claude_is_waited_for_is_told_so_too(site, alice):
    visitor = Visitor(site, alice)
    with visitor.asking("[[status:529:3:times:1]][[echo:Here I am.]]") as stream:
        stream.until("retrying")
        with visitor.following(stream.start["reply"]) as second:
            assert second.until("retrying") == {"attempt": 1, "seconds": 3, "code": "overloaded"}
            assert second.end["state"] == "complete"
        with visitor.following(stream.start["reply"]) as late:
            assert late.end["state"] == "complete"
            assert not late.named("retrying")


def test_after_two_retries_the_reply_has_failed_and_the_question_is_kept(site, stand_in, alice):
    stream = Visitor(site, alice).ask("[[status:529:0.3]]Are you there?")

    assert [frame["attempt"] for frame in stream.named("retrying")] == [1, 2]
    assert (stream.end["state"], stream.end["code"]) == ("failed", "overloaded")
    assert len(stand_in.recorded()) == 3
    answer = stored(stream.start["reply"])
    assert (answer.state, answer.ending, answer.error_code, answer.text) == ("failed", "failed", "overloaded", "")
    assert answer.request_id == stand_in.recorded(last=True)[0]["id"]
    assert Message.objects.get(pk=stream.start["question"]).text.endswith("Are you there?")


def test_a_wait_of_more_than_ten_seconds_is_not_waited_for(site, stand_in, alice):
    stream = Visitor(site, alice).ask("[[status:429:11]]")

    assert not stream.named("retrying")
    assert (stream.end["state"], stream.end["code"]) == ("failed", "rate_limited")
    assert len(stand_in.recorded()) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(400, "invalid_request"), (401, "misconfigured"), (404, "model_unavailable")]
)
def test_what_another_call_would_not_mend_is_not_tried_again(site, stand_in, alice, status, code):
    stream = Visitor(site, alice).ask(f"[[status:{status}]]")

    assert (stream.end["state"], stream.end["code"]) == ("failed", code)
    assert len(stand_in.recorded()) == 1
    assert stored(stream.start["reply"]).error_code == code


@pytest.mark.parametrize(
    ("marker", "code"),
    [
        ("error:overloaded_error:5", "overloaded"),
        ("truncate:5", "upstream_truncated"),
        ("reset:5", "upstream_error"),
        ("malformed:5", "upstream_protocol"),
        ("badutf8:5", "upstream_protocol"),
    ],
)
def test_a_failure_in_mid_reply_keeps_the_text_and_starts_nothing_by_itself(site, stand_in, alice, marker, code):
    stream = Visitor(site, alice).ask(f"[[{marker}]][[rate:100]]")

    call, end, answer = stand_in.recorded(last=True)[0], stream.end, stored(stream.start["reply"])
    assert (end["state"], end["ending"], end["code"]) == ("failed", "failed", code)
    assert not stream.named("retrying")
    assert len(stand_in.recorded()) == 1
    assert (answer.state, answer.ending, answer.error_code) == ("failed", "failed", code)
    assert answer.text
    assert call["text"].startswith(answer.text)
    assert answer.request_id == call["id"]
    row = Usage.objects.get(message=answer)
    assert (row.state, row.estimated) == ("cut", True)


def test_alice_has_a_failed_reply_tried_again_beside_the_first(site, alice):
    visitor = Visitor(site, alice)
    first = visitor.ask(f"[[truncate:5]]{FAST}")
    with visitor.streaming("POST", f"/messages/{first.start['reply']}/reply/") as again:
        assert again.end["state"] == "failed"

    answers = Message.objects.filter(parent=first.start["question"])
    assert {str(answer.pk) for answer in answers} == {first.start["reply"], again.start["reply"]}
    assert all(answer.text for answer in answers)


def test_the_plain_api_says_what_failed_and_ends_as_always(site, stand_in, alice):
    with Visitor(site, alice).chatting(f"[[error:overloaded_error:5]]{FAST}") as stream:
        stream.read_to_end()

    failure = stream.frames[-2][1]
    assert stream.frames[-1][1] == "[DONE]"
    assert (failure["code"], failure["retryable"]) == ("overloaded", True)
    assert failure["request_id"] == stand_in.recorded(last=True)[0]["id"]
    assert stored(stream.response.headers["X-Message-Id"]).text == stream.text
