"""What is no backup, or cannot become one, is refused with a sentence, and nothing is lost by trying."""

import stat
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.history import create_conversation
from tests.operations.conftest import done, refused
from tests.site import database_url

FOREIGN = {"sqlite": b"PGDMP\x01\x0e\x00", "postgresql": b"SQLite format 3\x00" + bytes(100)}


def refusal(command: str, file: Path) -> str:
    """The sentence with which a command is refused before it looks at a database."""
    with pytest.raises(CommandError) as caught:
        call_command(command, file)
    return str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"SQLite format", b"\xff\xfePGDM", "Grüße".encode() * 100])
def test_what_is_no_backup_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    assert refusal("restore", tmp_path / "file") == f"{tmp_path / 'file'} is no backup."


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    assert "No such file" in refusal("restore", tmp_path / "nothing")
    assert "Is a directory" in refusal("restore", tmp_path)


def test_a_backup_of_the_other_kind_of_database_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(FOREIGN[connection.vendor])
    sentence = refusal("restore", tmp_path / "file")
    assert "SQLite" in sentence
    assert "PostgreSQL" in sentence


def test_a_damaged_backup_is_refused_and_what_was_there_stays(alice, bob, backup, elsewhere):
    create_conversation(alice, "[Long] " * 5000)
    whole = backup()
    done(elsewhere.url, "restore", whole)
    before = elsewhere.texts()
    for part in (0.02, 0.5, 0.98):
        cut = whole.with_name("cut")
        cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * part)])
        refused(elsewhere.url, "restore", cut, "--replace")
        assert elsewhere.texts() == before
    assert elsewhere.people() == {alice.email, bob.email}


def test_the_database_of_something_else_is_neither_replaced_nor_taken_for_a_backup(alice, backup, elsewhere, tmp_path):
    elsewhere.sql("CREATE TABLE recipes (name text)")
    elsewhere.sql("INSERT INTO recipes VALUES ('soup')")
    assert "not Chatsite's" in refused(elsewhere.url, "restore", backup(), "--replace")
    done(elsewhere.url, "backup", tmp_path / "recipes")
    assert "no backup of Chatsite" in refused(database_url(), "restore", tmp_path / "recipes", "--replace")
    assert elsewhere.sql("SELECT name FROM recipes") == [("soup",)]


def test_a_backup_of_a_newer_version_is_refused(alice, backup, elsewhere, tmp_path):
    done(elsewhere.url, "restore", backup())
    elsewhere.sql(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('conversations', '9999_new', '2030-01-01')"
    )
    done(elsewhere.url, "backup", tmp_path / "newer")
    assert "update this one first" in refused(database_url(), "restore", tmp_path / "newer", "--replace")


def test_a_backup_overwrites_nothing_and_only_its_owner_may_read_it(alice, backup, tmp_path):
    file = backup("file")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    assert "overwrites nothing" in refusal("backup", file)
    assert file.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_in_a_folder_a_backup_is_named_after_its_time(transactional_db, tmp_path):
    said = StringIO()
    call_command("backup", tmp_path, stdout=said)
    [file] = tmp_path.iterdir()
    assert file.name.startswith("chatsite-20")
    assert str(file) in said.getvalue()
    assert f"{file.stat().st_size:,} bytes" in said.getvalue()


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path):
    assert "does not exist" in refused(f"sqlite:///{tmp_path / 'none.sqlite3'}", "backup", tmp_path / "file")
    assert "refused" in refused("postgres://alice@127.0.0.1:1/none", "backup", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
    assert "No such file" in refusal("backup", tmp_path / "no" / "folder")
    assert "File name too long" in refusal("backup", tmp_path / ("x" * 300))


def test_a_missing_tool_is_named_with_the_line_that_installs_it(tmp_path):
    sentence = refused("postgres://alice@127.0.0.1/none", "backup", tmp_path / "file", PATH=str(tmp_path))
    assert sentence == "pg_dump is missing: apt-get install postgresql-client"


def test_a_password_is_never_on_a_command_line(tmp_path):
    tool, seen = tmp_path / "pg_dump", tmp_path / "seen"
    tool.write_text(f"#!{sys.executable}\nimport os, sys\nopen('{seen}', 'w').write(repr(sys.argv))\n")
    tool.write_text(tool.read_text() + "sys.exit('the password is ' + os.environ['PGPASSWORD'])\n")
    tool.chmod(0o700)
    url = "postgres://alice:hush@127.0.0.1/none"
    assert refused(url, "backup", tmp_path / "file", PATH=str(tmp_path)) == "the password is hush"
    assert "alice" in seen.read_text()
    assert "hush" not in seen.read_text()
