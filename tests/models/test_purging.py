"""`manage.py purge`: what it deletes, what it leaves, and that people can write while it runs."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from conversations.management.commands import purge as purge_command
from conversations.models import AccessRecord, Conversation, IdempotencyKey, Message, UnknownMessage, Usage
from conversations.replies.checkpoints import store_texts
from tests.history import MODEL, TEST_RUNNER, ask, begin, create_conversation, edit, finish_answer, retry
from tests.site import Visitor, stored


def purge(*arguments: str) -> dict[str, int]:
    """Run the command and return its report: {name: number}."""
    output = StringIO()
    call_command("purge", *arguments, stdout=output)
    lines = [line.split(maxsplit=1) for line in output.getvalue().splitlines()[1:]]
    return {name: int(number) for number, name in lines}


def create_old_conversation(owner, *questions: str, **days: int) -> Conversation:
    """A conversation of which some dates, such as `deleted`, are that many days ago."""
    return make_old(create_conversation(owner, *questions), **days)


def make_old(conversation: Conversation, **days: int) -> Conversation:
    dates = {field: timezone.now() - timedelta(days=number) for field, number in days.items()}
    Conversation.objects.filter(pk=conversation.pk).update(**dates)
    return conversation


# Conversations


def test_a_conversation_is_deleted_after_30_days_in_the_bin(alice):
    expired = create_old_conversation(alice, deleted=31)
    kept = create_old_conversation(alice, deleted=29)
    shown = create_conversation(alice)
    assert purge()["conversations in the bin for more than 30 days"] == 1
    assert set(Conversation.objects.all()) == {kept, shown}
    assert not Message.objects.filter(conversation=expired.pk).exists()
    assert Message.objects.count() == 4


def test_no_conversation_is_deleted_for_its_age_without_a_retention(alice):
    old = create_old_conversation(alice, updated=3000)
    assert purge()["conversations for their age (off: RETENTION_DAYS is 0)"] == 0
    assert list(Conversation.objects.all()) == [old]


def test_a_retention_of_one_day_is_reported_in_the_singular(alice, settings):
    settings.RETENTION_DAYS = 1
    assert purge()["conversations without a new message for 1 day"] == 0


def test_with_a_retention_untouched_conversations_are_deleted_in_the_bin_too(alice, settings):
    settings.RETENTION_DAYS = 90
    create_old_conversation(alice, updated=91)
    create_old_conversation(alice, updated=91, deleted=5)
    kept = create_old_conversation(alice, updated=89)
    assert purge()["conversations without a new message for 90 days"] == 2
    assert list(Conversation.objects.all()) == [kept]


def test_a_conversation_that_expired_in_the_bin_is_counted_once(alice, settings):
    settings.RETENTION_DAYS = 90
    create_old_conversation(alice, updated=91, deleted=40)
    report = purge()
    assert report["conversations in the bin for more than 30 days"] == 1
    assert report["conversations without a new message for 90 days"] == 0


def test_conversations_of_deactivated_people_are_deleted_too(alice, settings):
    settings.RETENTION_DAYS = 90
    create_old_conversation(alice, updated=91)
    alice.is_active = False
    alice.save()
    assert purge()["conversations without a new message for 90 days"] == 1


def test_every_version_and_key_is_deleted(alice):
    conversation = create_conversation(alice, "One.", "Two.")
    finish_answer(retry(conversation.head, key="k"))
    finish_answer(edit(conversation, None, "One, differently."))
    make_old(conversation, deleted=31)
    purge()
    assert not Message.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_usage_stays_without_its_conversation(alice):
    conversation = create_conversation(alice)
    Usage.objects.create(user=alice, conversation=conversation, message=conversation.head, model=MODEL, cost=7)
    make_old(conversation, deleted=31)
    purge()
    usage = Usage.objects.get()
    assert (usage.user, usage.conversation, usage.message, usage.cost) == (alice, None, None, 7)


def test_access_records_stay(alice, carol):
    conversation = create_conversation(alice)
    AccessRecord.record(AccessRecord.Kind.OPENED, carol, conversation, "Asked to by Alice.")
    make_old(conversation, deleted=31)
    purge()
    assert AccessRecord.objects.for_owner(alice).get().conversation_id == conversation.pk


def test_a_conversation_stays_until_its_reply_is_written(alice):
    answer = begin(alice)
    make_old(answer.conversation, deleted=31)
    assert purge()["left for the next run, because a reply is being written"] == 1
    assert Conversation.objects.exists()
    finish_answer(answer)
    purge()
    assert not Conversation.objects.exists()


def test_a_conversation_whose_reply_waits_for_a_decision_is_deleted(alice):
    answer = begin(alice)
    answer.wait_for_decision([])
    make_old(answer.conversation, deleted=31)
    purge()
    assert not Conversation.objects.exists()


def test_a_question_in_a_purged_conversation_is_refused(alice):
    conversation = create_conversation(alice)
    make_old(conversation, deleted=31)
    purge()
    with pytest.raises(UnknownMessage):
        ask(conversation, "Still there?")


# Sessions and keys


def test_expired_sessions_are_deleted_and_alice_stays_signed_in(client, alice):
    client.force_login(alice)
    Session.objects.create(session_key="over", session_data="", expire_date=timezone.now() - timedelta(seconds=1))
    assert purge()["expired sessions"] == 1
    assert client.get("/").status_code == 200


def test_the_record_of_a_session_is_deleted_with_it(client, alice):
    client.force_login(alice)
    UserSession.objects.create(user=alice, ip="192.0.2.1", session_key=client.session.session_key, user_agent="")
    UserSession.objects.create(user=alice, ip="192.0.2.1", session_key="over", user_agent="")
    assert purge()["records of sessions that have ended"] == 1
    assert UserSession.objects.get().session_key == client.session.session_key


def test_idempotency_keys_are_deleted_after_7_days(alice):
    begin(alice, "Question 1", key="old")
    begin(alice, "Question 2", key="new")
    IdempotencyKey.objects.filter(key="old").update(created=timezone.now() - timedelta(days=8))
    IdempotencyKey.objects.filter(key="new").update(created=timezone.now() - timedelta(days=6))
    assert purge()["idempotency keys older than 7 days"] == 1
    assert IdempotencyKey.objects.get().key == "new"


# The report


def test_a_dry_run_reports_the_same_and_deletes_nothing(alice, settings):
    settings.RETENTION_DAYS = 90
    create_old_conversation(alice, deleted=31, updated=91)
    create_old_conversation(alice, updated=91)
    make_old(begin(alice, key="k").conversation, updated=91)
    IdempotencyKey.objects.update(created=timezone.now() - timedelta(days=8))
    report = purge("--dry-run")
    assert (Conversation.objects.count(), IdempotencyKey.objects.count()) == (3, 1)
    assert list(report.values()) == [1, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert purge() == report
    assert (Conversation.objects.count(), IdempotencyKey.objects.count()) == (1, 0)


def test_the_report_contains_no_texts(alice, capfd):
    create_old_conversation(alice, "My secret harbour.", deleted=31)
    call_command("purge", "--dry-run")
    call_command("purge")
    assert "harbour" not in "".join(capfd.readouterr())


# The database


def stored_bytes() -> bytes:
    """All that the database has on disk: SQLite's file and its write-ahead log."""
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        return b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))
    return repr(list(Message.objects.values()) + list(Conversation.objects.values())).encode()


def test_a_purged_text_is_nowhere_on_the_disk(transactional_db, alice):
    create_old_conversation(alice, "My secret harbour. " * 500, "A second harbour.", deleted=31)
    assert b"harbour" in stored_bytes()
    purge()
    assert b"harbour" not in stored_bytes()


def test_nothing_of_a_purged_answer_is_left_from_the_time_when_it_grew(transactional_db, alice):
    answer, text = begin(alice), ""
    for number in range(120):
        text += f"Harbour {number} lies behind the cliffs. " * 20
        store_texts([(answer.pk, text)], TEST_RUNNER)
        if number % 10 == 0:
            answer.conversation.rename(f"Harbour {number}")
            begin(alice, "In between.").conversation.delete()
    finish_answer(answer, text)
    make_old(answer.conversation, deleted=31)
    purge()
    assert b"arbour" not in stored_bytes()


def test_the_log_is_emptied_although_somebody_reads_for_a_moment(transactional_db, alice):
    create_old_conversation(alice, "My secret harbour.", deleted=31)
    with someone_reading(seconds=1):
        purge()
    assert b"harbour" not in stored_bytes()


def test_the_command_says_so_when_the_log_cannot_be_emptied(transactional_db, alice, monkeypatch):
    monkeypatch.setattr(purge_command, "CHECKPOINT_SECONDS", 0.01)
    create_old_conversation(alice, "My secret harbour.", deleted=31)
    with someone_reading(seconds=0), pytest.raises(CommandError, match="Run the command again"):
        purge()
    assert not Conversation.objects.exists()
    purge()
    assert b"harbour" not in stored_bytes()


@contextmanager
def someone_reading(seconds: float) -> Iterator[None]:
    """Another connection with an open read transaction, for these seconds or until the end of the block."""
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite keeps deleted texts in a log that the site can empty.")
    reader = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM conversations_message").fetchone()
    timer = threading.Timer(seconds or 600, reader.execute, ["COMMIT"])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        reader.close()


def test_replies_are_streamed_and_stored_during_a_large_purge(site, alice, bob):
    for _ in range(300):
        create_old_conversation(bob, "One.", "Two.", deleted=31)
    with Visitor(site, alice).asking("[[chars:1500]][[rate:200]]") as stream:
        stream.until_text()
        purging = threading.Thread(target=purge_in_thread)
        purging.start()
        assert Visitor(site, alice).ask("[[echo:Meanwhile.]]").end["state"] == "complete"
        assert stream.end["state"] == "complete"
        purging.join()
    assert not Conversation.objects.filter(owner=bob).exists()
    assert len(stored(stream.start["reply"]).text) >= 1500


def purge_in_thread():
    try:
        purge()
    finally:
        connection.close()
