"""How a reply ends while somebody reads it: Claude finishes, a person stops it, or Claude fails."""

import time

import pytest

from conversations.models import Usage
from tests.site import Visitor, eventually, stored

FAST = "[[rate:0]]"


def test_a_finished_reply_is_stored_with_its_blocks_its_html_and_what_it_cost(site, stand_in, alice):
    stream = Visitor(site, alice).ask(f"[[thinking:A little.]][[echo:All *is* well.]]{FAST}")

    end, answer = stream.frames[-1][1], stored(stream.start["reply"])
    assert stream.frames[-1][0] == "end"
    assert (end["state"], end["ending"], end["code"], end["stop_reason"]) == ("complete", "finished", "", "end_turn")
    assert "<em>is</em>" in end["html"]
    assert (answer.text, answer.heartbeat) == ("All *is* well.", None)
    assert "All <em>is</em> well." in answer.html
    assert [block["type"] for block in answer.content] == ["thinking", "text"]

    call, row = stand_in.recorded(last=True)[0], Usage.objects.get(message=answer)
    assert (row.state, row.estimated, row.request_id) == ("complete", False, answer.request_id)
    assert (row.input_tokens, row.output_tokens) == (call["usage"]["input_tokens"], call["usage"]["output_tokens"])
    assert row.cost


@pytest.mark.parametrize(
    ("marker", "stop_reason"),
    [("max_tokens", "max_tokens"), ("refusal", "refusal"), ("window", "model_context_window_exceeded")],
)
def test_a_reply_that_claude_breaks_off_is_complete_and_says_why(site, alice, marker, stop_reason):
    stream = Visitor(site, alice).ask(f"[[{marker}]][[chars:200]]{FAST}")

    answer = stored(stream.start["reply"])
    assert (stream.end["state"], stream.end["stop_reason"]) == ("complete", stop_reason)
    assert (answer.state, answer.ending, answer.stop_reason) == ("complete", "finished", stop_reason)


def test_alice_stops_a_reply_and_claude_is_not_paid_to_go_on(site, stand_in, alice):
    visitor, other_tab = Visitor(site, alice), Visitor(site, alice)
    with visitor.asking("[[endless]][[rate:100]]") as stream, other_tab.following(stream.start["reply"]) as second:
        stream.until_text()
        stopped_at = time.monotonic()
        assert visitor.stop(stream.start["reply"]) == "stopped"
        assert time.monotonic() - stopped_at < 1
        assert stream.end["ending"] == second.end["ending"] == "stopped"

    call = stand_in.recorded(last=True)[0]
    assert call["gone_at"]["monotonic"] - stopped_at < 0.5
    answer = stored(stream.start["reply"])
    assert answer.text
    assert call["text"].startswith(answer.text)
    assert answer.html.startswith("<")
    assert answer.content == [{"type": "text", "text": answer.text}]
    row = Usage.objects.get(message=answer)
    assert (row.state, row.estimated, row.input_tokens) == ("cut", True, call["usage"]["input_tokens"])
    assert row.output_tokens >= len(answer.text) // 4


def test_stopping_twice_says_the_same_and_the_next_question_is_taken_at_once(site, alice):
    visitor = Visitor(site, alice)
    with visitor.asking("[[endless]]") as stream:
        stream.until_text()
        reply = stream.start["reply"]
        assert [visitor.stop(reply), visitor.stop(reply)] == ["stopped", "stopped"]

    again = visitor.ask(f"[[echo:Gladly.]]{FAST}", stream.start["conversation"])
    assert again.end["state"] == "complete"


def test_a_reply_stopped_before_its_first_word_is_kept_empty(site, stand_in, alice):
    visitor = Visitor(site, alice)
    with visitor.asking("[[hang]]") as stream:
        eventually(stand_in.count_open)
        assert visitor.stop(stream.start["reply"]) == "stopped"
        assert stream.end["state"] == "stopped"

    answer = stored(stream.start["reply"])
    assert (answer.state, answer.text, answer.content) == ("stopped", "", [])
    assert not Usage.objects.filter(message=answer).exists()


def test_a_request_id_of_any_length_costs_nobody_their_reply(site, alice):
    stream = Visitor(site, alice).ask(f"[[header:request-id:{'r' * 300}]][[echo:Gladly.]]{FAST}")
    assert stream.end["state"] == "complete"
    answer = stored(stream.start["reply"])
    assert (answer.text, answer.request_id) == ("Gladly.", "r" * 100)
    assert Usage.objects.get(message=answer).request_id == "r" * 100
