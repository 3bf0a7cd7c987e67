"""A reply as its readers see it: over real sockets, from a real server process."""

from conversations.models import Message
from tests.site import Visitor


def test_alice_asks_and_the_reply_is_stored_as_she_saw_it(site, alice):
    stream = Visitor(site, alice).ask("[[echo:Good morning, Alice.]]")

    assert stream.end["state"] == "complete"
    answer = Message.objects.get(pk=stream.start["reply"])
    assert answer.text == "Good morning, Alice."
    assert (answer.state, answer.ending, answer.stop_reason) == ("complete", "finished", "end_turn")


def test_alice_stops_a_reply_and_keeps_what_she_saw(site, alice):
    visitor = Visitor(site, alice)
    with visitor.asking("[[endless]][[rate:100]]") as stream:
        reply = stream.start["reply"]
        stream.until("tail")
        assert visitor.stop(reply) == "stopped"
        assert stream.end["state"] == "stopped"

    answer = Message.objects.get(pk=reply)
    assert answer.text
    assert (answer.state, answer.ending) == ("stopped", "stopped")


def test_who_follows_a_reply_that_has_ended_reads_its_thinking(site, alice):
    visitor = Visitor(site, alice)
    stream = visitor.ask("[[rate:0]][[thinking:Let me see.]][[echo:Yes.]]")

    with visitor.following(stream.start["reply"]) as again:
        again.read_to_end()
    assert again.named("snapshot")[0]["thinking"] == "Let me see."
    assert "Let me see." in again.end["html"]
