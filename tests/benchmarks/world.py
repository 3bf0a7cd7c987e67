"""What a measurement needs: a database of its own, a stand-in, server processes, and what the system says of them."""

import os
import secrets
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

PEOPLE = 10
#: How much one person may run at once in a measurement.
ENVIRONMENT = {"CHAT_MAX_RUNNING_PER_PERSON": "100000", "DEBUG": "off", "SECURE_SSL_REDIRECT": "off"}
ENVIRONMENT |= {"ALLOWED_HOSTS": "127.0.0.1", "COOKIES_SECURE": "off", "SECURE_HSTS_SECONDS": "0", "LOG_LEVEL": "ERROR"}


@contextmanager
def database(server: str):
    """An empty, migrated database: a SQLite file, or one made on the PostgreSQL server that `server` names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.update(ENVIRONMENT)
    if server == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield _migrated(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        return
    import psycopg

    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield _migrated(f"{server.rsplit('/', 1)[0]}/{name}")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrated(url: str) -> str:
    os.environ["DATABASE_URL"] = url
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return url


@contextmanager
def database_away():
    """Nobody can write: SQLite is locked; PostgreSQL ends all connections to this database and takes no new ones."""
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        with sqlite3.connect(name, isolation_level=None) as locking:
            locking.execute("BEGIN EXCLUSIVE")
            yield
            locking.execute("ROLLBACK")
        return
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/postgres", autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    connection.close()


def tokens() -> list[str]:
    """Secrets of API tokens, one for each of a few people."""
    from chatsite.accounts.models import ApiToken, User

    people = [User.objects.create_user(f"person{number}@example.com", None) for number in range(PEOPLE)]
    return [ApiToken.issue(person, "bench")[1] for person in people]


def cookies() -> list[str]:
    """Session cookies of the same people."""
    from django.test import Client

    from chatsite.accounts.models import User

    found = []
    for person in User.objects.all():
        client = Client()
        client.force_login(person)
        found.append(client.cookies["session"].value)
    return found


def process_figures(pid: int) -> tuple[float, int, float]:
    """Resident memory in MB, threads, and CPU seconds of a process."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in status)
    cpu = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return int(values["VmRSS"].split()[0]) / 1024, int(values["Threads"]), (int(cpu[11]) + int(cpu[12])) / ticks


def database_connections() -> int | None:
    """How many connections PostgreSQL has for this database, the asking one left out; None on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        count: int = cursor.fetchone()[0]
        return count
