"""Another database of the same kind as the tests', and the commands as somebody at a terminal runs them."""

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


class Elsewhere:
    """A database that a test makes and drops: `url` as settings take it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as file, file:
                return file.execute(statement).fetchall()
        with psycopg.connect(self.url) as database:
            result = database.execute(statement.encode())
            return result.fetchall() if result.description else []

    def texts(self) -> dict[UUID, tuple[str, str]]:
        """What every message says, and its state."""
        rows = self.sql("SELECT id, state, text FROM conversations_message")
        return {UUID(str(key)): (state, text) for key, state, text in rows}

    def people(self) -> set[str]:
        return {email for [email] in self.sql("SELECT email FROM accounts_user")}


@pytest.fixture
def elsewhere(tmp_path, transactional_db):
    if connection.vendor == "sqlite":
        yield Elsewhere(f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}")
        return
    server, _slash, _name = database_url().rpartition("/")
    name = f"elsewhere_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as maintenance:
        maintenance.execute(f"CREATE DATABASE {name}")
        yield Elsewhere(f"{server}/{name}")
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(url: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py on the database that `url` names."""
    whole = os.environ | {"DATABASE_URL": url, "SECRET_KEY": settings.SECRET_KEY, "DEBUG": "on", **environment}
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True)


def done(url: str, *arguments: object) -> str:
    """What a command says that does what it should."""
    run = manage(url, *arguments)
    assert run.returncode == 0, run.stderr
    return run.stdout


def refused(url: str, *arguments: object, **environment: str) -> str:
    """The sentence with which a command is refused."""
    run = manage(url, *arguments, **environment)
    assert run.returncode == 1
    assert run.stderr.startswith("CommandError: ")
    assert "Traceback" not in run.stderr
    return run.stderr.removeprefix("CommandError: ").strip()


@pytest.fixture
def backup(tmp_path: Path, transactional_db):
    """Makes a backup of the tests' own database, as it is now."""

    def make(name: str = "backup") -> Path:
        file = tmp_path / name
        call_command("backup", file, stdout=StringIO())
        return file

    return make
