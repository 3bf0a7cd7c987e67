"""Two processes, one database, nothing in between: whoever lands on the other one sees and does the same."""

import signal
import threading
import time
from datetime import timedelta

from django.db.models.functions import Now

from conversations.models import Message, Usage
from tests.site import Site, Visitor, eventually, stored


def test_a_reader_on_another_process_sees_the_reply_grow_and_end(site, impatient_site, stand_in, alice):
    with (
        Visitor(site, alice).asking("[[chars:1500]][[rate:80]]") as stream,
        Visitor(impatient_site, alice).following(stream.start["reply"]) as second,
    ):
        for name in ("state", "ending", "code", "stop_reason", "usage"):
            assert second.end[name] == stream.end[name]

    prose = stored(stream.start["reply"]).html.strip()
    assert prose in stream.end["html"]
    assert prose in second.end["html"]
    assert len(second.named("tail") + second.named("commit")) > 1, "it came in one piece"
    assert second.frames[0][0] == "snapshot"
    assert len(stand_in.recorded()) == 1


def test_a_stop_on_another_process_arrives_within_one_and_a_half_seconds(site, impatient_site, stand_in, alice):
    for _attempt in range(3):  # wherever in its second each process happens to be
        with (
            Visitor(site, alice).asking("[[endless]][[rate:50]]") as stream,
            Visitor(impatient_site, alice).following(stream.start["reply"]) as second,
        ):
            second.until_text()
            stopped_at = time.monotonic()
            assert Visitor(impatient_site, alice).stop(stream.start["reply"]) == "stopped"
            assert stream.end["ending"] == second.end["ending"] == "stopped"
            assert time.monotonic() - stopped_at < 1.5
        answer, call = stored(stream.start["reply"]), stand_in.recorded(last=True)[0]
        assert answer.ending == "stopped"
        assert call["gone_at"]["monotonic"] - stopped_at < 1.5


def test_a_stop_says_how_it_went_even_when_the_page_stops_following_at_the_same_time(site, impatient_site, alice):
    with Visitor(site, alice).asking("[[endless]][[rate:50]]") as stream:
        said = []
        with Visitor(impatient_site, alice).following(stream.start["reply"]) as second:
            second.until_text()
            stopping = Visitor(impatient_site, alice)
            thread = threading.Thread(target=lambda: said.append(stopping.stop(stream.start["reply"])))
            thread.start()
            time.sleep(0.1)
        thread.join()
    assert said == ["stopped"]


def test_a_reply_read_on_another_process_only_is_not_given_up(site, impatient_site, alice):
    with Visitor(impatient_site, alice).asking("[[chars:2000]][[rate:100]]") as stream:
        reply = stream.start["reply"]
        with Visitor(site, alice).following(reply) as other, Visitor(site, alice).following(reply) as second:
            other.until_text()
            stream.response.close()
            assert second.end["state"] == "complete"

    answer = stored(reply)
    assert answer.ending == "finished"
    assert answer.watched_at


def test_one_who_joins_when_others_are_followed_already_counts_at_once(site, impatient_site, alice):
    """The writer is told every ten seconds; somebody new must not have to wait for the next time."""
    with (
        Visitor(impatient_site, alice).asking("[[endless]]") as long,
        Visitor(site, alice).following(long.start["reply"]),
    ):
        time.sleep(1.5)
        with Visitor(impatient_site, alice).asking("[[chars:1500]][[rate:60]]") as stream:
            follower = Visitor(site, alice).following(stream.start["reply"])
            with follower as second:
                time.sleep(1.2)
                stream.response.close()
                assert second.end["ending"] == "finished"


def test_two_processes_that_recover_at_once_recover_a_reply_once(site, impatient_site, alice):
    """Two processes look every three seconds; a row whose writer never lived is found by one of them."""
    stream = Visitor(site, alice).ask("[[echo:Once.]][[rate:0]]")
    Message.objects.filter(pk=stream.start["reply"]).update(
        state="writing", ending="", finished=None, runner="gone", heartbeat=Now() - timedelta(seconds=11)
    )
    Usage.objects.update(state="open", estimated=False)
    answer = stored(stream.start["reply"], 6)
    assert (answer.state, answer.ending, answer.text) == ("interrupted", "lost", "Once.")
    row = eventually(lambda: Usage.objects.filter(message=answer, state="cut").first())
    assert row.estimated


def test_a_process_that_slept_still_stores_its_longer_text(site, stand_in, alice):
    with Site(stand_in.url) as sleeper, Visitor(sleeper, alice).asking("[[endless]][[rate:50]]") as stream:
        stream.until_text()
        reply = stream.start["reply"]
        eventually(lambda: Message.objects.get(pk=reply).text)
        sleeper.process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        Message.objects.filter(pk=reply).update(heartbeat=Now() - timedelta(seconds=11))
        taken_for_dead = stored(reply, 6)
        assert (taken_for_dead.state, taken_for_dead.ending) == ("interrupted", "lost")
        sleeper.process.send_signal(signal.SIGCONT)
        assert (stream.end["state"], stream.end["ending"]) == ("interrupted", "lost")

    answer = stored(reply)
    assert (answer.state, answer.ending) == ("interrupted", "lost")
    assert len(answer.text) > len(taken_for_dead.text)
    assert answer.text.startswith(taken_for_dead.text)
    assert answer.content


def test_a_reader_on_another_process_gets_the_thinking_at_the_end(site, impatient_site, alice):
    with Visitor(site, alice).asking("[[thinking:Let me see.]][[chars:300]][[rate:60]]") as stream:
        with Visitor(impatient_site, alice).following(stream.start["reply"]) as second:
            assert second.end["state"] == "complete"
        stream.read_to_end()

    assert "thinking" not in second.named("snapshot")[0]
    assert second.named("snapshot")[-1]["thinking"] == "Let me see."


def test_a_reader_on_another_process_first_gets_what_a_page_already_shows(site, impatient_site, alice):
    with Visitor(site, alice).asking("[[chars:3000]][[rate:100]]") as stream:
        reply = stream.start["reply"]
        shown = eventually(lambda: Message.objects.get(pk=reply).text)
        with Visitor(impatient_site, alice).following(reply) as second:
            first = second.until("snapshot")
            assert shown[:10] in first["html"] + first["tail"]
        Visitor(site, alice).stop(reply)
