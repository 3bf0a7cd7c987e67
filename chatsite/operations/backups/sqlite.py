"""Backups of SQLite: one file, itself a database, made and read with SQLite's own backup interface."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.core.management import CommandError
from django.db import connection

NAME = "SQLite"
SUFFIX = ".sqlite3"
MAGIC = b"SQLite format 3\0"


def write(file: Path) -> None:
    if not _database().exists():
        raise CommandError(f"There is no database: {_database()} does not exist.")
    connection.ensure_connection()
    with _refusing("The database cannot be copied"), closing(sqlite3.connect(file)) as copy:
        # In one step: who reads the write-ahead log keeps nobody from writing, and a copy in several steps begins
        # anew with every write, so that it never ends while replies stream.
        connection.connection.backup(copy)
        # One file, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        _check(copy)


def migrations_in(file: Path) -> set[tuple[str, str]]:
    with _refusing(f"{file} is damaged"), closing(_opened(file)) as backup:
        _check(backup)
        tables = backup.execute("SELECT name FROM sqlite_master WHERE name = 'django_migrations'").fetchall()
        return set(backup.execute("SELECT app, name FROM django_migrations")) if tables else set()


def in_use() -> bool:
    """Whether another connection is open: while there is one, SQLite refuses to leave the write-ahead log."""
    connection.close()
    with closing(sqlite3.connect(_database(), timeout=0)) as probe:
        try:
            probe.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise CommandError(f"The database cannot be opened: {error}.") from error
            return True
    return False


def read(file: Path) -> None:
    connection.close()
    with (
        _refusing("The backup cannot be restored"),
        closing(_opened(file)) as backup,
        closing(sqlite3.connect(_database())) as database,
    ):
        # One transaction of SQLite's own: who has the database open sees the old one or the new one.
        backup.backup(database)


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _check(database: sqlite3.Connection) -> None:
    [found] = database.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


@contextmanager
def _refusing(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CommandError(f"{what}: {error}.") from error
