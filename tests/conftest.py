"""The people of the tests: Alice owns things, Bob is another person, Carol is staff."""

import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import translation

from chatsite.accounts.models import User
from chatsite.standin.models import POCKET
from chatsite.standin.process import StandIn
from conversations.models import MCPServer, Message, Reservation, Tool
from tests.bucket import Bucket
from tests.history import TEST_RUNNER
from tests.site import Site, eventually
from tests.tools.mcp.authorization import OAuthServer

#: The files that tests attach, away from those of a checkout; before anything opens the storage.
_attachments = tempfile.TemporaryDirectory(prefix="chatsite-test-files-")
settings.ATTACHMENTS_DIR = Path(_attachments.name)

PASSWORD = "a calm harbour at dawn"


def pytest_collection_modifyitems(items):
    """The browser comes last: its event loop stays in this thread until the end of the run."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """On PostgreSQL, access records, which refuse it outside of tests, can be emptied, and this is quick."""
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "postgresql":
            patch.setattr(connection.ops, "sql_flush", _delete_all_rows)
            with django_db_blocker.unblock(), connection.cursor() as cursor:
                cursor.execute("ALTER TABLE conversations_accessrecord DISABLE TRIGGER access_record_is_not_truncated")
        yield


def _delete_all_rows(style, tables, *, reset_sequences=False, allow_cascade=False):
    """Django truncates all: PostgreSQL then makes a file for each table and index, half a second after each test."""
    refuse_deletion = {"conversations_accessrecord", "conversations_toolcall"}
    quote = connection.ops.quote_name
    return [
        # Nobody writes meanwhile, as where they are truncated.
        f"LOCK TABLE {', '.join(map(quote, tables))}",
        *(f"{'TRUNCATE' if table in refuse_deletion else 'DELETE FROM'} {quote(table)}" for table in tables),
    ]


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _default_language():
    """Requests of the test client run in the context of the test, and leave their language in it."""
    yield
    translation.deactivate()


@pytest.fixture
def alice(db):
    return User.objects.create_user("alice@example.com", PASSWORD, first_name="Alice")


@pytest.fixture
def bob(db):
    return User.objects.create_user("bob@example.com", PASSWORD, first_name="Bob")


@pytest.fixture
def carol(db):
    return User.objects.create_superuser("carol@example.com", PASSWORD, first_name="Carol")


@pytest.fixture
def staff(bob):
    """Makes Bob staff with the permissions that are named."""

    def with_permissions(*names):
        bob.is_staff = True
        bob.save()
        bob.user_permissions.set(Permission.objects.filter(codename__in=names))
        return User.objects.get(pk=bob.pk)

    return with_permissions


@pytest.fixture(scope="session")
def stand_in():
    """Claude's API on loopback: one process for the whole run."""
    with StandIn(rate=400) as process:
        yield process


@pytest.fixture(scope="session")
def _shared_site(django_db_setup, django_db_blocker, stand_in):
    with django_db_blocker.unblock():
        running = Site(stand_in.url)
    with running:
        yield running


@pytest.fixture
def site(_shared_site, transactional_db, stand_in):
    """The site in a process of its own, on the test database. Tests that stop or kill one start their own."""
    stand_in.reset()
    yield _shared_site
    _shared_site.forget_visitors()
    # Nothing may be written any more while the tables are emptied.
    written = Message.objects.writing().exclude(runner=TEST_RUNNER)
    written.request_stop(Message.Ending.STOPPED)
    eventually(lambda: not written.all().exists())


@pytest.fixture(scope="session")
def _pocket_site(django_db_setup, django_db_blocker, stand_in):
    with django_db_blocker.unblock():
        running = Site(stand_in.url, CHAT_MODELS=f"claude-sonnet-5-5,{POCKET}")
    with running:
        yield running


@pytest.fixture
def pocket_site(_pocket_site, site):
    """A process that offers a model whose window is full after a few turns."""
    yield _pocket_site
    _pocket_site.forget_visitors()


@pytest.fixture(scope="session")
def _titling_site(django_db_setup, django_db_blocker, stand_in):
    with django_db_blocker.unblock():
        running = Site(stand_in.url, CHAT_TITLE_MODEL="claude-haiku-5-5", CHAT_MAX_RUNNING_PER_PERSON="50")
    with running:
        yield running


@pytest.fixture
def titling_site(_titling_site, site):
    """A process that has a title written for each new conversation."""
    yield _titling_site
    _titling_site.forget_visitors()
    eventually(lambda: not Reservation.objects.exists(), seconds=40)


@pytest.fixture(scope="session")
def _running_bucket():
    with Bucket() as running:
        yield running


@pytest.fixture
def bucket(_running_bucket):
    """An empty bucket on a server that speaks S3, which can be stopped, and can be told to refuse."""
    _running_bucket.reset()
    return _running_bucket


@pytest.fixture
def _files_in_bucket(bucket, settings, monkeypatch):
    """This process keeps files in the bucket."""
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    settings.ATTACHMENTS_BUCKET, settings.ATTACHMENTS_S3_URL = bucket.name, bucket.url
    backend = {"BACKEND": "conversations.files.bucket.AttachmentBucket"}
    settings.STORAGES = {**settings.STORAGES, "attachments": backend}


@pytest.fixture(scope="session")
def _bucket_site(django_db_setup, django_db_blocker, stand_in, _running_bucket):
    with django_db_blocker.unblock():
        running = Site(stand_in.url, **_running_bucket.environment)
    with running:
        yield running


@pytest.fixture
def bucket_site(_bucket_site, bucket, site):
    """A process that keeps the files that people attach in the bucket."""
    yield _bucket_site
    _bucket_site.forget_visitors()


@pytest.fixture(scope="session")
def _running_notes():
    notes = OAuthServer()
    notes.start()
    yield notes
    notes.stop()


@pytest.fixture
def notes(_running_notes):
    """An MCP server at which each person signs in, which has forgotten everybody."""
    _running_notes.reset()
    return _running_notes


@pytest.fixture
def notes_server(notes, transactional_db):
    """The row of this server; its tools are switched on for everybody."""
    server = MCPServer.objects.create(slug="notes", title="Notes", url=notes.url, authentication="oauth")
    for name in ("who_am_i", "leak"):
        Tool.objects.create(
            name=f"notes__{name}", title=name, kind="mcp", server=server, remote_name=name, acts=False, is_enabled=True
        )
    return server
