"""Backups of the whole database and the way back, for `manage.py backup` and `restore`; refusals are sentences."""

import os
import tempfile
from pathlib import Path
from typing import Protocol

from django.apps import apps
from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from chatsite.operations.backups import postgresql, sqlite

OURS = ("accounts", "conversations")


class Kind(Protocol):
    """What each of the two databases knows of its own backups."""

    NAME: str
    SUFFIX: str
    MAGIC: bytes

    def write(self, file: Path) -> None: ...
    def migrations_in(self, file: Path) -> set[tuple[str, str]]: ...
    def in_use(self) -> bool: ...
    def read(self, file: Path) -> None: ...


KINDS: dict[str, Kind] = {"sqlite": sqlite, "postgresql": postgresql}


def save(target: Path) -> Path:
    """Write a backup and return its file; a folder gets one with the time in its name.

    The name appears when the backup is whole; nobody but its owner may read it.
    """
    kind = KINDS[connection.vendor]
    try:
        if target.is_dir():
            target /= f"chatsite-{timezone.now():%Y-%m-%dT%H%M%SZ}{kind.SUFFIX}"
        if target.exists():
            raise CommandError(f"{target} exists, and a backup overwrites nothing.")
        _write(kind, target)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
    return target


def _write(kind: Kind, target: Path) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    try:
        kind.write(Path(name))
        os.fsync(handle)
        Path(name).rename(target)
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


def check_file(file: Path) -> None:
    """Refuse what is no backup, of the other kind of database, damaged, or newer than this code."""
    kind = KINDS[connection.vendor]
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    found = next((each for each in KINDS.values() if start.startswith(each.MAGIC)), None)
    if found is None:
        raise CommandError(f"{file} is no backup.")
    if found is not kind:
        raise CommandError(f"{file} is a backup of {found.NAME}, and DATABASE_URL names a database of {kind.NAME}.")
    there = {migration for migration in kind.migrations_in(file) if migration[0] in OURS}
    if not there:
        raise CommandError(f"{file} is no backup of Chatsite.")
    if unknown := there - set(MigrationLoader(None).disk_migrations):
        raise CommandError(f"{file} was made by a newer Chatsite (it knows {max(unknown)[1]}): update this one first.")


def check_database(*, replace: bool, while_in_use: bool) -> None:
    """Refuse to write into a database that holds something, is somebody else's, or is in use."""
    try:
        tables = set(connection.introspection.table_names())
    except DatabaseError as error:
        raise CommandError(f"The database cannot be opened: {error}".strip()) from error
    if tables and "conversations_conversation" not in tables:
        raise CommandError("The database that DATABASE_URL names holds something that is not Chatsite's.")
    if not replace and _holds_anything(tables):
        raise CommandError("The database is not empty. --replace deletes all that is in it first.")
    if not while_in_use and KINDS[connection.vendor].in_use():
        raise CommandError("The database is in use: stop the site first. --while-in-use restores all the same.")


def _holds_anything(tables: set[str]) -> bool:
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    return any(model._meta.db_table in tables and model._base_manager.exists() for model in models)


def read(file: Path) -> None:
    """Put what is in a backup in the place of all that is in the database: the whole of it, or nothing."""
    KINDS[connection.vendor].read(file)
