"""Backup and restore refuse wrong files and databases with a sentence, and then change nothing."""

import stat
import sys
import tarfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chatsite.operations.backups import files
from tests.history import create_conversation, create_file
from tests.operations.conftest import command_error, manage
from tests.site import database_url

#: The start of a backup of the other database backend.
OTHER_KIND = {"sqlite": b"PGDMP\x01\x0e\x00", "postgresql": b"SQLite format 3\x00" + bytes(100)}


def error_of(command: str, file: Path) -> str:
    """The message of a command that fails before it reads a database."""
    with pytest.raises(CommandError) as caught:
        call_command(command, file)
    return str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"SQLite format", b"\xff\xfePGDM", "Grüße".encode() * 100])
def test_a_file_that_is_no_backup_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    assert error_of("restore", tmp_path / "file") == f"{tmp_path / 'file'} is no backup."


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert "No such file" in error_of("restore", tmp_path / "nothing")
    assert "Is a directory" in error_of("restore", tmp_path)


def test_a_backup_of_the_other_kind_of_database_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(OTHER_KIND[connection.vendor])
    message = error_of("restore", tmp_path / "file")
    assert "SQLite" in message
    assert "PostgreSQL" in message


def test_a_damaged_backup_is_refused_and_the_database_stays_as_it_was(alice, bob, make_backup, other_database):
    create_conversation(alice, "[Long] " * 5000)
    backup = make_backup()
    manage(other_database.url, "restore", backup)
    messages_before = other_database.messages()
    for part in (0.02, 0.5, 0.98):
        damaged = backup.with_name("damaged")
        damaged.write_bytes(backup.read_bytes()[: int(backup.stat().st_size * part)])
        command_error(other_database.url, "restore", damaged, "--replace")
        assert other_database.messages() == messages_before
    assert other_database.emails() == {alice.email, bob.email}


def test_the_database_of_another_program_is_neither_replaced_nor_restored(alice, make_backup, other_database, tmp_path):
    other_database.sql("CREATE TABLE recipes (name text)")
    other_database.sql("INSERT INTO recipes VALUES ('soup')")
    assert "not Chatsite's" in command_error(other_database.url, "restore", make_backup(), "--replace")
    manage(other_database.url, "backup", tmp_path / "recipes")
    assert "no backup of Chatsite" in command_error(database_url(), "restore", tmp_path / "recipes", "--replace")
    assert other_database.sql("SELECT name FROM recipes") == [("soup",)]


def test_a_backup_of_a_newer_version_is_refused(alice, make_backup, other_database, tmp_path):
    manage(other_database.url, "restore", make_backup())
    other_database.sql(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('conversations', '9999_new', '2030-01-01')"
    )
    manage(other_database.url, "backup", tmp_path / "newer")
    assert "update this one first" in command_error(database_url(), "restore", tmp_path / "newer", "--replace")


def test_a_backup_overwrites_nothing_and_only_its_owner_may_read_it(alice, make_backup, tmp_path):
    file = make_backup("file")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    assert "overwrites nothing" in error_of("backup", file)
    assert file.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "file.files.tar"]
    assert stat.S_IMODE((tmp_path / "file.files.tar").stat().st_mode) == 0o600


def test_in_a_folder_a_backup_is_named_after_its_time(transactional_db, tmp_path):
    output = StringIO()
    call_command("backup", tmp_path, stdout=output)
    file, files = sorted(tmp_path.iterdir())
    assert files.name == f"{file.name}.files.tar"
    assert file.name.startswith("chatsite-20")
    assert str(file) in output.getvalue()
    assert f"{file.stat().st_size:,} bytes" in output.getvalue()


def test_a_backup_of_files_whose_folder_is_not_mounted_is_an_error(alice, tmp_path, transactional_db):
    create_file(alice)

    sentence = command_error(database_url(), "backup", tmp_path / "file", ATTACHMENTS_DIR=str(tmp_path / "unmounted"))

    assert "is not backed up, because its storage is unavailable" in sentence
    assert "there is no folder" in sentence


def test_before_the_first_upload_there_is_no_folder_to_back_up(tmp_path, transactional_db):
    manage(database_url(), "backup", tmp_path / "file", ATTACHMENTS_DIR=str(tmp_path / "new"))
    assert (tmp_path / "file.files.tar").is_file()


@pytest.mark.parametrize("name", ["../../x", "/x"])
@pytest.mark.parametrize("storage", ["folder", "bucket"])
def test_a_file_outside_of_the_folder_is_not_restored(request, tmp_path, name, storage):
    if storage == "bucket":
        request.getfixturevalue("_files_in_bucket")
    member = tarfile.TarInfo(name)
    with tarfile.open(tmp_path / "file.files.tar", "w") as archive:
        archive.addfile(member)

    with pytest.raises(CommandError, match=r"file\.files\.tar cannot be restored: .*x"):
        files.restore(tmp_path / "file.files.tar")


def test_a_backup_that_fails_leaves_no_file_behind(tmp_path):
    assert "does not exist" in command_error(f"sqlite:///{tmp_path / 'none.sqlite3'}", "backup", tmp_path / "file")
    assert "refused" in command_error("postgres://alice@127.0.0.1:1/none", "backup", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_reported(tmp_path):
    assert "No such file" in error_of("backup", tmp_path / "no" / "folder")
    assert "File name too long" in error_of("backup", tmp_path / ("x" * 300))


def test_a_missing_tool_is_reported_with_the_line_that_installs_it(tmp_path):
    message = command_error("postgres://alice@127.0.0.1/none", "backup", tmp_path / "file", PATH=str(tmp_path))
    assert message == "pg_dump is missing: apt-get install postgresql-client"


def test_a_password_is_never_on_a_command_line(tmp_path):
    pg_dump, arguments_file = tmp_path / "pg_dump", tmp_path / "arguments"
    pg_dump.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        f"open('{arguments_file}', 'w').write(repr(sys.argv))\n"
        "sys.exit('the password is ' + os.environ['PGPASSWORD'])\n"
    )
    pg_dump.chmod(0o700)
    message = command_error("postgres://alice:hush@127.0.0.1/none", "backup", tmp_path / "file", PATH=str(tmp_path))
    assert message == "the password is hush"
    assert "alice" in arguments_file.read_text()
    assert "hush" not in arguments_file.read_text()
