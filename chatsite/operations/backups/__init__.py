"""Creates and restores backups of the whole database, for `manage.py backup` and `restore`.

Every function raises CommandError, with a sentence for the terminal, if it cannot do its work.
"""

from pathlib import Path
from typing import Protocol

from django.apps import apps
from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from chatsite.operations.backups import postgresql, sqlite
from chatsite.operations.backups.new_file import new_file

APP_LABELS = ("accounts", "conversations")


class Backend(Protocol):
    """What both database backends implement: the modules `sqlite` and `postgresql`."""

    NAME: str
    SUFFIX: str
    #: The first bytes of every backup file.
    MAGIC: bytes

    def write_backup(self, file: Path) -> None: ...
    def read_migrations(self, file: Path) -> set[tuple[str, str]]: ...
    def is_in_use(self) -> bool: ...
    def restore(self, file: Path) -> None: ...


BACKENDS: dict[str, Backend] = {"sqlite": sqlite, "postgresql": postgresql}


def create_backup(target: Path) -> Path:
    """Write a backup and return its file; in a folder, the file is named after the time.

    The file appears under its name when it is complete; only its owner may read it.
    """
    backend = BACKENDS[connection.vendor]
    try:
        if target.is_dir():
            target /= f"chatsite-{timezone.now():%Y-%m-%dT%H%M%SZ}{backend.SUFFIX}"
        if target.exists():
            raise CommandError(f"{target} exists, and a backup overwrites nothing.")
        with new_file(target) as file:
            backend.write_backup(file)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
    return target


def check_file(file: Path) -> None:
    """Raise CommandError if the file is no backup, damaged, of the other database backend, or newer than this code."""
    backend = BACKENDS[connection.vendor]
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    origin = next((candidate for candidate in BACKENDS.values() if start.startswith(candidate.MAGIC)), None)
    if origin is None:
        raise CommandError(f"{file} is no backup.")
    if origin is not backend:
        raise CommandError(f"{file} is a backup of {origin.NAME}, and DATABASE_URL names a database of {backend.NAME}.")
    migrations = {(app, name) for app, name in backend.read_migrations(file) if app in APP_LABELS}
    if not migrations:
        raise CommandError(f"{file} is no backup of Chatsite.")
    if unknown := migrations - set(MigrationLoader(None).disk_migrations):
        raise CommandError(
            f"{file} was made by a newer Chatsite (with the migration {max(unknown)[1]}): update this one first."
        )


def check_database(*, replace: bool, while_in_use: bool) -> None:
    """Raise CommandError if the database is not empty, belongs to something else, or is in use."""
    try:
        tables = set(connection.introspection.table_names())
    except DatabaseError as error:
        raise CommandError(f"The database cannot be opened: {error}".strip()) from error
    if tables and "conversations_conversation" not in tables:
        raise CommandError("The database that DATABASE_URL names holds something that is not Chatsite's.")
    if not replace and _has_rows(tables):
        raise CommandError("The database is not empty. With --replace, everything in it is deleted first.")
    if not while_in_use and BACKENDS[connection.vendor].is_in_use():
        raise CommandError("The database is in use: stop the site first. --while-in-use restores anyway.")


def _has_rows(tables: set[str]) -> bool:
    models = [model for label in APP_LABELS for model in apps.get_app_config(label).get_models()]
    return any(model._meta.db_table in tables and model._base_manager.exists() for model in models)


def restore(file: Path) -> None:
    """Replace everything in the database by the contents of a backup: either all of it, or nothing changes."""
    BACKENDS[connection.vendor].restore(file)
