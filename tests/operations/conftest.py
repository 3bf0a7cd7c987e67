"""A second database of the same kind as the tests' own, and the commands of manage.py as a person runs them."""

import os
import secrets
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tests.site import ROOT, database_url


class OtherDatabase:
    """A database that exists for one test. `url` is its DATABASE_URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as file, file:
                return file.execute(statement).fetchall()
        with psycopg.connect(self.url) as database:
            result = database.execute(statement.encode())
            return result.fetchall() if result.description else []

    def messages(self) -> dict[UUID, tuple[str, str]]:
        """State and text of every message, by its id."""
        rows = self.sql("SELECT id, state, text FROM conversations_message")
        return {UUID(str(pk)): (state, text) for pk, state, text in rows}

    def emails(self) -> set[str]:
        return {email for [email] in self.sql("SELECT email FROM accounts_user")}


@pytest.fixture
def other_database(tmp_path, transactional_db):
    if connection.vendor == "sqlite":
        yield OtherDatabase(f"sqlite:///{tmp_path / 'other.sqlite3'}")
        return
    server, _slash, _name = database_url().rpartition("/")
    name = f"other_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as maintenance:
        maintenance.execute(f"CREATE DATABASE {name}")
        yield OtherDatabase(f"{server}/{name}")
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run_manage(url: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py on the database with this URL."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ
        | {
            "DATABASE_URL": url,
            "SECRET_KEY": settings.SECRET_KEY,
            "DEBUG": "on",
            "ATTACHMENTS_DIR": str(settings.ATTACHMENTS_DIR),
        }
        | environment,
        capture_output=True,
        text=True,
    )


def manage(url: str, *arguments: object, **environment: str) -> str:
    """Run a command that succeeds; returns what it prints."""
    process = run_manage(url, *arguments, **environment)
    assert process.returncode == 0, process.stderr
    return process.stdout


def command_error(url: str, *arguments: object, **environment: str) -> str:
    """Run a command that fails with a CommandError; returns its message."""
    process = run_manage(url, *arguments, **environment)
    assert process.returncode == 1
    assert process.stderr.startswith("CommandError: ")
    assert "Traceback" not in process.stderr
    return process.stderr.removeprefix("CommandError: ").strip()


@pytest.fixture
def make_backup(tmp_path: Path, transactional_db):
    """Back up the tests' own database into a file of this name."""

    def make(name: str = "backup") -> Path:
        file = tmp_path / name
        call_command("backup", file, stdout=StringIO())
        return file

    return make
