"""A reply of several steps: Claude pauses its turn, and it is called again until it is done."""

from conversations.models import Reservation, Usage
from tests.site import Visitor, eventually, stored


def test_a_paused_turn_continues_by_itself_in_the_same_answer(site, alice, stand_in):
    stream = Visitor(site, alice).ask("[[pause_turn:2]][[nothinking]]What does a garden need?")

    answer = stored(stream.start["reply"])
    assert (answer.state, answer.stop_reason) == ("complete", "end_turn")
    first, second, third = stand_in.recorded()
    assert answer.text == first["text"] + second["text"] + third["text"]
    assert [block["text"] for block in answer.content] == [first["text"], second["text"], third["text"]]


def test_claude_is_sent_its_own_content_so_far_to_continue(site, alice, stand_in):
    Visitor(site, alice).ask("[[pause_turn:1]][[nothinking]]What does a garden need?")

    first, second = stand_in.recorded()
    *question, paused = second["body"]["messages"]
    assert question == first["body"]["messages"]
    assert paused == {"role": "assistant", "content": [{"type": "text", "text": first["text"]}]}


def test_each_step_has_a_row_of_usage_and_all_are_shown_together(site, alice):
    stream = Visitor(site, alice).ask("[[pause_turn:2]][[nothinking]]What does a garden need?")

    rows = Usage.objects.filter(message=stream.start["reply"])
    assert [row.state for row in rows] == ["complete"] * 3
    assert len({row.request_id for row in rows}) == 3
    assert stream.end["usage"]["cost"] == sum(row.cost or 0 for row in rows)
    eventually(lambda: not Reservation.objects.exists())


def test_a_turn_that_is_paused_again_and_again_is_complete_after_twenty_steps(site, alice, stand_in):
    stream = Visitor(site, alice).ask("[[pause_turn]][[nothinking]][[echo:More.]]")

    assert (stream.end["state"], stream.end["stop_reason"]) == ("complete", "pause_turn")
    assert "Claude paused here." in stream.end["html"]
    assert len(stand_in.recorded()) == 20


def test_alice_stops_a_later_step_and_keeps_what_both_have_written(site, alice, stand_in):
    visitor = Visitor(site, alice)
    with visitor.asking("[[pause_turn:1]][[nothinking]][[deltas:20]][[rate:20]]What does a garden need?") as stream:
        eventually(lambda: len(stand_in.recorded()) == 2)
        visitor.stop(stream.start["reply"])
        assert stream.end["state"] == "stopped"

    answer = stored(stream.start["reply"])
    assert answer.text.startswith(stand_in.recorded()[0]["text"])
    assert {row.state for row in Usage.objects.all()} == {"complete", "cut"}
