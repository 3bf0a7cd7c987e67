"""What `manage.py purge` deletes for good, what it leaves, and that nobody who writes has to wait for it."""

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from conversations.models import AccessRecord, Conversation, IdempotencyKey, Message, UnknownMessage, Usage
from tests.history import MODEL, ask, begin, create_conversation, edit, finish_answer, retry
from tests.site import Visitor, stored


def purged(*arguments: str) -> dict[str, int]:
    """Run it; returns the report as {what: how many}."""
    out = StringIO()
    call_command("purge", *arguments, stdout=out)
    lines = [line.split(maxsplit=1) for line in out.getvalue().splitlines()[1:]]
    return {what: int(count) for count, what in lines}


def aged(conversation, **days: int):
    """Move dates of a conversation into the past."""
    dates = {field: timezone.now() - timedelta(days=count) for field, count in days.items()}
    Conversation.objects.filter(pk=conversation.pk).update(**dates)
    return conversation


def test_alices_conversation_leaves_the_bin_for_good_after_thirty_days(alice):
    gone, kept, shown = (
        aged(create_conversation(alice), deleted=31),
        aged(create_conversation(alice), deleted=29),
        create_conversation(alice),
    )
    assert purged()["conversations in the bin for more than 30 days"] == 1
    assert set(Conversation.objects.all()) == {kept, shown}
    assert not Message.objects.filter(conversation=gone.pk).exists()
    assert Message.objects.count() == 4


def test_nothing_goes_for_its_age_unless_a_retention_is_set(alice, settings):
    old = aged(create_conversation(alice), updated=3000)
    assert purged()["conversations for their age (off: RETENTION_DAYS is 0)"] == 0
    assert list(Conversation.objects.all()) == [old]


def test_with_a_retention_untouched_conversations_go_also_those_of_who_has_left(alice, bob, settings):
    settings.RETENTION_DAYS = 90
    aged(create_conversation(alice), updated=91)
    aged(create_conversation(alice), updated=91, deleted=5)
    aged(create_conversation(bob), updated=91, deleted=40)
    kept = aged(create_conversation(bob), updated=89)
    alice.is_active = bob.is_active = False
    alice.save()
    bob.save()
    report = purged()
    assert report["conversations without a new message for 90 days"] == 2
    assert report["conversations in the bin for more than 30 days"] == 1
    assert list(Conversation.objects.all()) == [kept]


def test_every_version_goes_and_usage_and_access_records_stay(alice, carol):
    conversation = create_conversation(alice, "One.", "Two.")
    Usage.objects.create(user=alice, conversation=conversation, message=conversation.head, model=MODEL, cost=7)
    AccessRecord.objects.create(reader=carol, owner=alice, conversation=conversation, kind="opened", reason="Asked to.")
    finish_answer(retry(conversation.head, key="k"))
    finish_answer(edit(conversation, None, "One, differently."))
    aged(conversation, deleted=31)
    purged()
    assert not Message.objects.exists()
    assert not IdempotencyKey.objects.exists()
    used = Usage.objects.get()
    assert (used.user, used.conversation, used.message, used.cost) == (alice, None, None, 7)
    assert AccessRecord.objects.for_owner(alice).get().conversation_id == conversation.pk


def test_a_dry_run_says_the_same_and_deletes_nothing(alice, settings):
    settings.RETENTION_DAYS = 90
    aged(create_conversation(alice), deleted=31, updated=91)
    aged(create_conversation(alice), updated=91)
    aged(begin(alice, key="k").conversation, updated=91)
    IdempotencyKey.objects.update(created=timezone.now() - timedelta(days=8))
    said = purged("--dry-run")
    assert (Conversation.objects.count(), IdempotencyKey.objects.count()) == (3, 1)
    assert list(said.values()) == [1, 1, 0, 1, 1]
    assert purged() == said
    assert (Conversation.objects.count(), IdempotencyKey.objects.count()) == (1, 0)


def test_a_conversation_waits_until_its_reply_is_written(alice):
    answer = begin(alice)
    aged(answer.conversation, deleted=31)
    assert purged()["left for the next run, because a reply is being written"] == 1
    assert Conversation.objects.exists()
    finish_answer(answer)
    purged()
    assert not Conversation.objects.exists()


def test_sessions_that_are_over_and_old_keys_go_and_alice_stays_signed_in(client, alice):
    client.force_login(alice)
    for number, days in enumerate((8, 6)):
        begin(alice, f"Question {number}", key=f"key {number}")
        IdempotencyKey.objects.filter(key=f"key {number}").update(created=timezone.now() - timedelta(days=days))
    Session.objects.create(session_key="over", session_data="", expire_date=timezone.now() - timedelta(seconds=1))
    report = purged()
    assert (report["expired sessions"], report["idempotency keys older than 7 days"]) == (1, 1)
    assert IdempotencyKey.objects.get().key == "key 1"
    assert client.get("/").status_code == 200


def test_a_question_that_comes_too_late_finds_nothing(alice):
    conversation = create_conversation(alice)
    aged(Conversation.objects.get(), deleted=31)
    purged()
    with pytest.raises(UnknownMessage):
        ask(conversation, "Still there?")


def test_the_report_holds_nothing_of_what_was_said(alice, capfd):
    aged(create_conversation(alice, "My secret harbour."), deleted=31)
    call_command("purge", "--dry-run")
    call_command("purge")
    assert "harbour" not in "".join(capfd.readouterr())


def test_nothing_of_a_purged_text_can_be_read_in_the_database(transactional_db, alice):
    if connection.vendor == "sqlite":
        # Some builds of SQLite overwrite what is deleted of themselves; others leave it in the file.
        run_sql("PRAGMA secure_delete = OFF")
    aged(create_conversation(alice, "My secret harbour. " * 500, "A second harbour."), deleted=31)
    assert b"harbour" in everything_stored()
    purged()
    assert b"harbour" not in everything_stored()


def everything_stored() -> bytes:
    if connection.vendor == "sqlite":
        run_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(connection.settings_dict["NAME"]).read_bytes()
    return repr(list(Message.objects.values()) + list(Conversation.objects.values())).encode()


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_while_much_is_purged_replies_stream_on_and_are_stored(site, alice, bob):
    for _ in range(300):
        aged(create_conversation(bob, "One.", "Two."), deleted=31)
    with Visitor(site, alice).asking("[[chars:1500]][[rate:200]]") as stream:
        stream.until_text()
        purging = threading.Thread(target=purged_and_closed)
        purging.start()
        assert Visitor(site, alice).ask("[[echo:Meanwhile.]]").end["state"] == "complete"
        assert stream.end["state"] == "complete"
        purging.join()
    assert not Conversation.objects.filter(owner=bob).exists()
    assert len(stored(stream.start["reply"]).text) >= 1500


def purged_and_closed():
    try:
        purged()
    finally:
        connection.close()
