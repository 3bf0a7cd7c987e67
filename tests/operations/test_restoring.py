"""A backup is made while people talk, and restored on another database: everything opens there as it was."""

from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session

from chatsite.accounts.models import User
from conversations.models import Conversation, Message
from tests.conftest import PASSWORD
from tests.history import create_conversation
from tests.operations.conftest import done, refused
from tests.site import Site, Visitor, database_url, eventually, stored


def signed_in(site, email):
    visitor = Visitor(site)
    answer = visitor.http.post("/accounts/login/", data={"login": email, "password": PASSWORD})
    assert answer.status_code == 302
    return visitor


@pytest.fixture
def _real_passwords(alice, bob):
    """As another process can check them."""
    for person in (alice, bob):
        person.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6)
        person.save()


@pytest.mark.usefixtures("_real_passwords")
def test_what_was_backed_up_while_replies_streamed_opens_elsewhere(site, stand_in, alice, bob, backup, elsewhere):
    for person, question in ((alice, "Über Möwen 🐦?"), (bob, "A tab\there, and \\N?")):
        create_conversation(person, question, f"{question} Again.")
    with ExitStack() as open_streams:
        streams = [
            open_streams.enter_context(Visitor(site, person).asking("[[chars:2000]][[rate:150]]"))
            for person in (alice, bob, alice, bob)
        ]
        eventually(lambda: Message.objects.writing().exclude(text="").count() == 4)
        file = backup()
        assert Message.objects.writing().count() == 4, "the streams had ended before the backup had"
        assert [stream.end["state"] for stream in streams] == ["complete"] * 4

    assert "4; the site will show them as interrupted" in done(elsewhere.url, "restore", file)
    whole = {row.pk: row.text for row in Message.objects.all()}
    with Site(stand_in.url, DATABASE_URL=elsewhere.url) as restored:
        eventually(lambda: "writing" not in {state for state, _text in elsewhere.texts().values()}, 20)
        for person in (alice, bob):
            visitor = signed_in(restored, person.email)
            for conversation in Conversation.objects.owned_by(person):
                assert visitor.http.get(f"/conversations/{conversation.pk}/").status_code == 200
        assert "Über Möwen 🐦?" in signed_in(restored, alice.email).http.get("/conversations/").text

    there = elsewhere.texts()
    assert there.keys() == whole.keys()
    interrupted = {key for key, (state, _text) in there.items() if state == "interrupted"}
    assert interrupted == {stored(stream.start["reply"]).pk for stream in streams}
    for key, (_state, text) in there.items():
        assert whole[key].startswith(text) if key in interrupted else whole[key] == text
        assert text


def test_nobody_is_signed_in_by_a_restored_session(client, alice, backup, elsewhere):
    client.force_login(alice)
    assert Session.objects.count() == 1
    assert "Everybody has to sign in again." in done(elsewhere.url, "restore", backup())
    assert elsewhere.sql("SELECT count(*) FROM django_session") == [(0,)]
    assert elsewhere.people() == {alice.email}


def test_a_database_that_holds_something_is_replaced_only_when_asked(alice, bob, backup, elsewhere):
    create_conversation(alice)
    first = backup("first")
    bob.delete()
    second = backup("second")
    # Migrated and still empty is empty.
    done(elsewhere.url, "migrate")
    done(elsewhere.url, "restore", first)
    assert "--replace" in refused(elsewhere.url, "restore", second)
    assert elsewhere.people() == {alice.email, bob.email}
    done(elsewhere.url, "restore", second, "--replace")
    assert elsewhere.people() == {alice.email}
    assert [text for _state, text in elsewhere.texts().values()] == ["The first question.", "An answer."]


def test_what_a_newer_version_left_is_not_in_the_way(alice, backup, elsewhere):
    file = backup()
    done(elsewhere.url, "restore", file)
    elsewhere.sql("CREATE TABLE conversations_newer (id int, person bigint REFERENCES accounts_user)")
    done(elsewhere.url, "restore", file, "--replace")
    with pytest.raises(Exception, match="conversations_newer"):
        elsewhere.sql("SELECT * FROM conversations_newer")


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(backup, elsewhere, tmp_path):
    done(elsewhere.url, "migrate", "conversations", "0002")
    done(elsewhere.url, "migrate", "accounts")
    old = tmp_path / "old"
    done(elsewhere.url, "backup", old)
    said = done(elsewhere.url, "restore", old, "--replace")
    assert "made by an earlier version" in said
    assert elsewhere.sql("SELECT count(*) FROM conversations_accessrecord") == [(0,)]


def test_a_site_that_runs_is_not_restored_under(stand_in, alice, backup, elsewhere):
    file = backup()
    done(elsewhere.url, "restore", file)
    with Site(stand_in.url, DATABASE_URL=elsewhere.url):
        assert "stop the site first" in refused(elsewhere.url, "restore", file, "--replace")
        done(elsewhere.url, "restore", file, "--replace", "--while-in-use")
    done(elsewhere.url, "restore", file, "--replace")
    assert elsewhere.people() == {alice.email}


def test_a_backup_changes_nothing(alice, backup):
    create_conversation(alice)
    before = list(Message.objects.values()), list(User.objects.values())
    backup()
    assert (list(Message.objects.values()), list(User.objects.values())) == before
    assert "not empty" in refused(database_url(), "restore", backup("another"))
