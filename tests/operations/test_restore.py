"""A backup is made while people chat and restored into another database, where everything opens as it was."""

from contextlib import ExitStack

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session

from chatsite.accounts.models import User
from chatsite.operations.backups import files
from conversations.models import Conversation, Message
from tests.conftest import PASSWORD
from tests.history import begin, create_conversation, create_file
from tests.operations.conftest import command_error, manage
from tests.site import Site, Visitor, database_url, eventually, stored


@pytest.fixture
def alice(alice):
    return with_server_password(alice)


@pytest.fixture
def bob(bob):
    return with_server_password(bob)


def with_server_password(person):
    """Store the password as another process can check it, not with the fast hasher of the tests."""
    person.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6)
    person.save()
    return person


def sign_in(site, email):
    visitor = Visitor(site)
    response = visitor.http.post("/accounts/login/", data={"login": email, "password": PASSWORD})
    assert response.status_code == 302
    return visitor


def test_a_backup_made_while_replies_stream_opens_elsewhere(site, stand_in, alice, bob, make_backup, other_database):
    for person, question in ((alice, "Über Möwen 🐦?"), (bob, "A tab\there, and \\N?")):
        create_conversation(person, question, f"{question} Again.")
    with ExitStack() as open_streams:
        streams = [
            open_streams.enter_context(Visitor(site, person).asking("[[chars:2000]][[rate:150]]"))
            for person in (alice, bob, alice, bob)
        ]
        eventually(lambda: Message.objects.writing().exclude(text="").count() == 4)
        backup = make_backup()
        assert Message.objects.writing().count() == 4, "the streams had ended before the backup had"
        assert [stream.end["state"] for stream in streams] == ["complete"] * 4
    replies = {stored(stream.start["reply"]).pk for stream in streams}
    texts = {message.pk: message.text for message in Message.objects.all()}

    output = manage(other_database.url, "restore", backup)

    assert "4 replies were being written; they will be shown as interrupted." in output
    with Site(stand_in.url, DATABASE_URL=other_database.url) as restored_site:
        eventually(lambda: "writing" not in {state for state, _text in other_database.messages().values()}, 20)
        for person in (alice, bob):
            visitor = sign_in(restored_site, person.email)
            for conversation in Conversation.objects.owned_by(person):
                assert visitor.http.get(f"/conversations/{conversation.pk}/").status_code == 200
        assert "Über Möwen 🐦?" in sign_in(restored_site, alice.email).http.get("/conversations/").text
    restored = other_database.messages()
    assert restored.keys() == texts.keys()
    assert {pk for pk, (state, _text) in restored.items() if state == "interrupted"} == replies
    for pk, (_state, text) in restored.items():
        assert text
        assert texts[pk].startswith(text) if pk in replies else texts[pk] == text


def test_one_conversation_and_one_reply_are_reported_in_the_singular(alice, make_backup, other_database):
    begin(alice)
    output = manage(other_database.url, "restore", make_backup())
    assert "Restored 1 conversation and ended" in output
    assert "1 reply was being written; it will be" in output


def test_restored_sessions_sign_nobody_in(client, alice, make_backup, other_database):
    client.force_login(alice)
    assert Session.objects.count() == 1

    assert "and ended all sessions." in manage(other_database.url, "restore", make_backup())

    assert other_database.sql("SELECT count(*) FROM django_session") == [(0,)]
    assert other_database.emails() == {alice.email}


def test_restored_sessions_sign_nobody_in_when_the_files_cannot_be_restored(client, alice, make_backup, other_database):
    client.force_login(alice)
    backup = make_backup()
    files.get_file(backup).write_bytes(b"half of a file")

    assert "cannot be restored" in command_error(other_database.url, "restore", backup)

    assert other_database.emails() == {alice.email}
    assert other_database.sql("SELECT count(*) FROM django_session") == [(0,)]


def test_a_database_with_data_is_replaced_only_when_asked(alice, bob, make_backup, other_database):
    create_conversation(alice)
    with_bob = make_backup("with-bob")
    bob.delete()
    without_bob = make_backup("without-bob")
    manage(other_database.url, "restore", with_bob)

    assert "--replace" in command_error(other_database.url, "restore", without_bob)
    assert other_database.emails() == {alice.email, bob.email}

    manage(other_database.url, "restore", without_bob, "--replace")
    assert other_database.emails() == {alice.email}
    assert [text for _state, text in other_database.messages().values()] == ["The first question.", "An answer."]


def test_a_migrated_database_without_data_counts_as_empty(alice, make_backup, other_database):
    manage(other_database.url, "migrate")
    manage(other_database.url, "restore", make_backup())
    assert other_database.emails() == {alice.email}


def test_tables_of_a_newer_version_do_not_disturb(alice, make_backup, other_database):
    backup = make_backup()
    manage(other_database.url, "restore", backup)
    other_database.sql("CREATE TABLE conversations_newer (id int, person bigint REFERENCES accounts_user)")

    manage(other_database.url, "restore", backup, "--replace")

    with pytest.raises(Exception, match="conversations_newer"):
        other_database.sql("SELECT * FROM conversations_newer")


def test_a_backup_of_an_earlier_version_is_migrated(other_database, tmp_path):
    manage(other_database.url, "migrate", "conversations", "0002")
    manage(other_database.url, "migrate", "accounts")
    manage(other_database.url, "backup", tmp_path / "old")

    output = manage(other_database.url, "restore", tmp_path / "old", "--replace")

    assert "made by an earlier version" in output
    assert other_database.sql("SELECT count(*) FROM conversations_accessrecord") == [(0,)]


def test_the_database_of_a_running_site_is_not_replaced(stand_in, alice, make_backup, other_database):
    backup = make_backup()
    manage(other_database.url, "restore", backup)
    with Site(stand_in.url, DATABASE_URL=other_database.url):
        assert "stop the site first" in command_error(other_database.url, "restore", backup, "--replace")
        manage(other_database.url, "restore", backup, "--replace", "--while-in-use")
    manage(other_database.url, "restore", backup, "--replace")
    assert other_database.emails() == {alice.email}


def test_making_a_backup_changes_nothing(alice, make_backup):
    create_conversation(alice)
    before = list(Message.objects.values()), list(User.objects.values())
    make_backup()
    assert (list(Message.objects.values()), list(User.objects.values())) == before


def test_restoring_into_the_same_database_needs_replace(alice, make_backup):
    create_conversation(alice)
    assert "not empty" in command_error(database_url(), "restore", make_backup())


def test_what_people_attached_is_backed_up_and_restored(alice, make_backup, other_database, tmp_path):
    file = create_file(alice, content=b"Kept.")
    backup = make_backup()

    folder = tmp_path / "restored"
    output = manage(other_database.url, "restore", backup, ATTACHMENTS_DIR=str(folder))

    assert "attached files." in output
    assert (folder / file.original.path).read_bytes() == b"Kept."


def test_a_backup_whose_files_are_lost_says_so(alice, make_backup, other_database, tmp_path):
    create_file(alice)
    backup = make_backup()
    backup.with_name(f"{backup.name}.files.tar").unlink()

    output = manage(other_database.url, "restore", backup, ATTACHMENTS_DIR=str(tmp_path / "restored"))

    assert "is missing: 1 attached files are not there." in output


def test_a_file_that_a_restore_has_half_written_is_written_again(alice, make_backup, other_database, tmp_path):
    stored = create_file(alice, content=b"Kept.").original
    half = tmp_path / "restored" / stored.path
    half.parent.mkdir(parents=True)
    half.write_bytes(b"Ke")

    manage(other_database.url, "restore", make_backup(), ATTACHMENTS_DIR=str(tmp_path / "restored"))

    assert half.read_bytes() == b"Kept."
