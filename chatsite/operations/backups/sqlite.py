"""Backups of SQLite: one file, itself a database, copied with SQLite's own backup interface."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.core.management import CommandError
from django.db import connection

NAME = "SQLite"
SUFFIX = ".sqlite3"
MAGIC = b"SQLite format 3\0"


def write_backup(file: Path) -> None:
    if not _database().exists():
        raise CommandError(f"There is no database: {_database()} does not exist.")
    connection.ensure_connection()
    with _command_errors("The database cannot be copied"), closing(sqlite3.connect(file)) as copy:
        # In one step: reading the write-ahead log blocks no writer, whereas a copy in several steps starts again after
        # every write and would never finish while replies stream.
        connection.connection.backup(copy)
        # A single file, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        _check_integrity(copy)


def read_migrations(file: Path) -> set[tuple[str, str]]:
    """The applied migrations (app, name)."""
    with _command_errors(f"{file} is damaged"), closing(_open_read_only(file)) as backup:
        _check_integrity(backup)
        if not backup.execute("SELECT name FROM sqlite_master WHERE name = 'django_migrations'").fetchall():
            return set()
        return set(backup.execute("SELECT app, name FROM django_migrations"))


def is_in_use() -> bool:
    """Whether another connection is open: with another one, SQLite refuses to leave the write-ahead log."""
    connection.close()
    with closing(sqlite3.connect(_database(), timeout=0)) as probe:
        try:
            probe.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise CommandError(f"The database cannot be opened: {error}.") from error
            return True
    return False


def restore(file: Path) -> None:
    connection.close()
    with (
        _command_errors("The backup cannot be restored"),
        closing(_open_read_only(file)) as backup,
        closing(sqlite3.connect(_database())) as database,
    ):
        # SQLite does this in one transaction: other connections see either the old contents or the new ones.
        backup.backup(database)


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _open_read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _check_integrity(database: sqlite3.Connection) -> None:
    [result] = database.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise sqlite3.DatabaseError(result)


@contextmanager
def _command_errors(description: str) -> Iterator[None]:
    """Turn an error of SQLite into a CommandError."""
    try:
        yield
    except sqlite3.Error as error:
        raise CommandError(f"{description}: {error}.") from error
