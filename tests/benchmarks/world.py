"""What a measurement needs: a database of its own, a stand-in, server processes, and what the system says of them."""

import os
import resource
import secrets
import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

PEOPLE = 10
#: How much one person may run at once in a measurement.
ENVIRONMENT = {"CHAT_MAX_RUNNING_PER_PERSON": "100000", "DEBUG": "off", "SECURE_SSL_REDIRECT": "off"}
ENVIRONMENT |= {"ALLOWED_HOSTS": "127.0.0.1", "COOKIES_SECURE": "off", "SECURE_HSTS_SECONDS": "0", "LOG_LEVEL": "ERROR"}

# A title is a call of its own; load.py measures what it adds.
ENVIRONMENT |= {"CHAT_TITLE_MODEL": ""}


@contextmanager
def create_database(server: str):
    """An empty, migrated database: a SQLite file, or one made on the PostgreSQL server that `server` names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.update(ENVIRONMENT)
    if server == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield _migrate(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        return
    import psycopg

    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield _migrate(f"{server.rsplit('/', 1)[0]}/{name}")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str) -> str:
    os.environ["DATABASE_URL"] = url
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return url


@contextmanager
def block_database():
    """Block all writing: SQLite is locked; PostgreSQL ends all connections to this database and takes no new ones."""
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


class People:
    """A few people, each with an API token and a session. A number beyond the last starts again at the first."""

    def __init__(self) -> None:
        from django.test import Client

        from chatsite.accounts.models import ApiToken, User

        self._tokens, self._sessions = [], []
        for number in range(PEOPLE):
            person = User.objects.create_user(f"person{number}@example.com", None)
            self._tokens.append(ApiToken.issue(person, "bench")[1])
            client = Client()
            client.force_login(person)
            self._sessions.append(client.cookies["session"].value)

    def token(self, number: int) -> str:
        return self._tokens[number % PEOPLE]

    def session(self, number: int) -> str:
        return self._sessions[number % PEOPLE]


@contextmanager
def run_site(**environment: str):
    """A site and a stand-in, each a process of its own, on an empty database."""
    from chatsite.standin.process import StandIn
    from conversations.models import Conversation, Usage
    from tests.site import Site

    # Nothing else runs in this event loop between two figures.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    Conversation.objects.all().delete()
    Usage.objects.all().delete()
    with StandIn("--no-record") as stand_in, Site(stand_in.url, **{**ENVIRONMENT, **environment}) as site:
        _pin_to_core(site.process.pid)
        yield site, stand_in


@contextmanager
def run_server(stand_in, **site: str):
    """One more server process on the same database: a site with other settings, or another application."""
    from tests.site import Site

    with Site(stand_in.url, **{**ENVIRONMENT, **site}) as server:
        _pin_to_core(server.process.pid)
        yield server


def _pin_to_core(server: int) -> None:
    """The server on one core, the stand-in and the readers on the others, where there is more than one."""
    cores = os.sched_getaffinity(0) | {0}
    if len(cores) > 1:
        for thread in Path(f"/proc/{server}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {max(cores)})


def cpu_seconds(pid: int) -> float:
    """What all threads of a process have had of the processors so far."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def memory(pid: int) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def database_connections(pid: int) -> int:
    """How many connections a process has: open descriptors of the SQLite file, or what PostgreSQL knows."""
    from django.db import connection

    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return sum(os.readlink(file) == name for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        count: int = cursor.fetchone()[0]
        return count


def allow_descriptors() -> None:
    """Each open stream needs two in the site, and as many here: as many as the system lets us have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
