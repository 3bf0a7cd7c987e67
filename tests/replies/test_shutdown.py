"""The server stops, politely or not: running replies may finish, and nothing that was written is lost."""

import signal
import sqlite3
import time
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from conversations.models import Message, Usage
from conversations.replies.recovery import recover
from tests.site import Site, Visitor, eventually, stored


def test_a_server_told_to_stop_lets_running_replies_finish_and_takes_no_new_questions(site, stand_in, alice, bob):
    with Site(stand_in.url, DRAIN_SECONDS="20") as stopping:
        visitor, questioner = Visitor(stopping, alice), Visitor(stopping, bob)
        with visitor.asking("[[chars:1200]][[rate:80]]") as stream:
            stream.until_text()
            stopping.terminate()
            eventually(lambda: questioner.http.get("/readyz").status_code == 503)
            assert questioner.http.get("/healthz").status_code == 200
            with questioner.asking("One more?") as refused:
                assert refused.status == 503
                assert refused.response.headers["Retry-After"]
            with questioner.chatting("One more?") as refused:
                assert (refused.status, refused.response.headers["Content-Type"]) == (503, "application/json")
            with Visitor(stopping, alice).following(stream.start["reply"]) as second:
                assert second.end["state"] == "complete"
            assert stream.end["state"] == "complete"
        stopping.process.wait(10)

    assert stored(stream.start["reply"]).ending == "finished"
    assert not Message.objects.filter(conversation__owner=bob).exists()


def test_a_proxy_hears_that_a_server_stops_before_questions_are_refused(site, stand_in, alice, bob):
    settings = {"DRAIN_NOTICE_SECONDS": "5", "DRAIN_SECONDS": "20"}
    with Site(stand_in.url, **settings) as stopping, Visitor(stopping, bob).asking("[[endless]][[rate:20]]") as stream:
        stream.until_text()
        stopping.terminate()
        visitor = Visitor(stopping, alice)
        eventually(lambda: visitor.http.get("/readyz").status_code == 503)
        assert visitor.ask("[[echo:Gladly.]]").end["state"] == "complete"
        eventually(lambda: visitor.ask("[[echo:Gladly.]]").status == 503)
        stopping.terminate()


def test_what_is_not_finished_in_time_is_interrupted_with_all_that_was_read(site, stand_in, alice, bob):
    with Site(stand_in.url, DRAIN_SECONDS="1") as stopping:
        with (
            Visitor(stopping, alice).asking("[[endless]][[rate:100]]") as stream,
            Visitor(stopping, bob).chatting("[[endless]][[rate:100]]") as plain,
        ):
            stream.until_text()
            plain.until_text()
            told_at = time.monotonic()
            stopping.terminate()
            assert (stream.end["state"], stream.end["ending"]) == ("interrupted", "shutdown")
            assert 0.9 < time.monotonic() - told_at < 4
            plain.read_to_end()
        stopping.process.wait(10)

    assert plain.frames[-1][1] == "[DONE]"
    assert (plain.frames[-2][1]["code"], plain.frames[-2][1]["retryable"]) == ("shutdown", True)
    assert stored(plain.response.headers["X-Message-Id"]).text == plain.text
    answer = stored(stream.start["reply"])
    assert (answer.state, answer.ending) == ("interrupted", "shutdown")
    assert answer.html.strip() in stream.end["html"]
    assert {call["ended"] for call in stand_in.recorded()} == {"client_gone"}
    assert len(answer.text) > 100
    assert set(Usage.objects.values_list("state", "estimated")) == {("cut", True)}


def test_a_second_signal_stops_at_once_and_still_nothing_is_lost(site, stand_in, alice):
    question = "[[endless]][[rate:100]]"
    with Site(stand_in.url, DRAIN_SECONDS="60") as stopping, Visitor(stopping, alice).asking(question) as stream:
        stream.until_text()
        stopping.terminate()
        time.sleep(0.5)
        told_at = time.monotonic()
        stopping.terminate()
        stopping.process.wait(10)
        assert time.monotonic() - told_at < 6

    answer, call = stored(stream.start["reply"], 1), stand_in.recorded(last=True)[0]
    assert (answer.state, answer.ending) == ("interrupted", "shutdown")
    # Sockets hold a little that was sent and not read yet; a lost second would be a hundred pieces.
    assert call["text"].startswith(answer.text)
    assert len(call["text"]) - len(answer.text) < 500


def test_a_second_signal_leaves_no_traceback_in_the_log(site, stand_in, alice, bob, capfd):
    question = "[[endless]][[rate:20]]"
    with (
        Site(stand_in.url, DRAIN_SECONDS="60") as stopping,
        Visitor(stopping, alice).asking(question) as page,
        Visitor(stopping, bob).chatting(question) as plain,
    ):
        page.until_text()
        plain.until_text()
        stopping.terminate()
        time.sleep(0.5)
        stopping.terminate()
        stopping.process.wait(10)
        page.read_to_end()
    log = capfd.readouterr().err
    assert page.end["ending"] == "shutdown"
    assert "A third signal" in log
    assert "Traceback" not in log
    assert "never retrieved" not in log


@contextmanager
def locked_messages():
    """Nobody can write an answer, as while a long migration runs."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE conversations_message IN SHARE MODE")
            yield
        return
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        yield
        locking.execute("ROLLBACK")


@pytest.mark.parametrize(("signals", "seconds"), [(1, 14), (2, 9)])
def test_a_server_told_to_stop_keeps_trying_to_store_while_the_database_is_locked(
    site, stand_in, alice, signals, seconds
):
    question = "[[endless]][[rate:100]]"
    with Site(stand_in.url, DRAIN_SECONDS="1") as stopping, Visitor(stopping, alice).asking(question) as stream:
        stream.until_text()
        with locked_messages():
            for _ in range(signals):
                stopping.terminate()
                time.sleep(0.5)
            time.sleep(seconds)
        # After ten seconds without a heartbeat another process may mark the answer as interrupted; its text is stored.
        assert stream.end["state"] == "interrupted"
        assert stream.end["ending"] in {"shutdown", "lost"}
        stopping.process.wait(15)

    assert stream.named("saving")
    answer, call = stored(stream.start["reply"], 1), stand_in.recorded(last=True)[0]
    assert call["text"].startswith(answer.text)
    assert len(call["text"]) - len(answer.text) < 500


def test_a_third_signal_ends_the_process_while_the_database_is_locked(site, stand_in, alice):
    question = "[[endless]][[rate:100]]"
    with Site(stand_in.url) as stopping, Visitor(stopping, alice).asking(question) as stream:
        stream.until_text()
        with locked_messages():
            for _ in range(3):
                stopping.terminate()
                time.sleep(0.2)
            assert stopping.process.wait(4) == -signal.SIGTERM

    Message.objects.writing().update(heartbeat=Now() - timedelta(seconds=11))
    recover([])
    # PostgreSQL may still run the statement that the process was waiting for.
    assert stored(stream.start["reply"], 1).ending in {"lost", "shutdown"}


def test_a_reader_who_does_not_read_does_not_keep_the_server_from_stopping(site, stand_in, alice):
    question = "[[chars:100000]][[rate:0]][[stall:5000]]"
    with Site(stand_in.url, DRAIN_SECONDS="1") as stopping, Visitor(stopping, alice).asking(question):
        eventually(lambda: stand_in.recorded(last=True)[0]["text_deltas"] >= 5000)
        stopping.terminate()
        stopping.process.wait(12)

    answer = Message.objects.get(role="assistant")
    assert (answer.state, answer.ending) == ("interrupted", "shutdown")
    assert answer.text == stand_in.recorded(last=True)[0]["text"]


def test_after_a_crash_the_page_finds_the_last_checkpoint_and_nobody_has_to_wait_long(site, stand_in, alice):
    """A process is killed; the one that is there already finds its reply by itself."""
    with Site(stand_in.url) as killed, Visitor(killed, alice).asking("[[endless]][[rate:100]]") as stream:
        reply = stream.start["reply"]
        eventually(lambda: len(Message.objects.get(pk=reply).text) > 100)
        killed_at = time.monotonic()
        killed.kill()
    left = Message.objects.get(pk=reply)
    assert left.state == "writing"

    visitor = Visitor(site, alice)
    with visitor.following(reply) as again:
        assert (again.end["state"], again.end["ending"]) == ("interrupted", "lost")
    assert time.monotonic() - killed_at < 16
    answer = stored(reply)
    assert (answer.state, answer.ending, answer.text) == ("interrupted", "lost", left.text)
    row = eventually(lambda: Usage.objects.filter(message=answer, state="cut").first())
    assert row.estimated
    assert row.output_tokens >= len(answer.text) // 4


def test_after_a_crash_alice_need_not_wait_for_recovery_to_ask_again(site, stand_in, alice):
    stream = Visitor(site, alice).ask("[[echo:Half an ans]][[rate:0]]")
    Message.objects.filter(pk=stream.start["reply"]).update(
        state="writing", ending="", finished=None, runner="gone", heartbeat=Now() - timedelta(seconds=11)
    )
    again = Visitor(site, alice).ask("[[echo:Gladly.]][[rate:0]]", stream.start["conversation"])

    assert again.end["state"] == "complete"
    assert stored(stream.start["reply"]).ending == "lost"


def test_a_server_that_starts_again_finds_what_its_predecessor_left(transactional_db, stand_in, alice):
    with Site(stand_in.url) as killed, Visitor(killed, alice).asking("[[endless]][[rate:100]]") as stream:
        eventually(lambda: Message.objects.get(pk=stream.start["reply"]).text)
        killed.kill()
    Message.objects.update(heartbeat=Now() - timedelta(seconds=11))
    with Site(stand_in.url) as restarted, Visitor(restarted, alice).following(stream.start["reply"]) as again:
        assert (again.end["state"], again.end["ending"]) == ("interrupted", "lost")
        assert stored(stream.start["reply"]).text
