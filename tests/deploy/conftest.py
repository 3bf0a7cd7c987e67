"""An installation, made once as the manual says, behind each of the two proxies."""

import secrets

import psycopg
import pytest
from django.conf import settings

from tests.deploy.fronts import Front, Guest
from tests.deploy.installation import ADMIN, PASSWORD, Installation


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """The address of a database of the kind that the tests run on, with nothing in it."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        yield f"sqlite:///{tmp_path_factory.mktemp('state') / 'chatsite.sqlite3'}"
        return
    login = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    server = f"postgres://{login}@{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}"
    name = f"deploy_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, empty_database, stand_in):
    """The first steps of the manual, and what each of them said."""
    installation = Installation(tmp_path_factory.mktemp("srv"), empty_database, stand_in.url)
    said = {
        "migrate": installation.manage("migrate"),
        "collectstatic": installation.manage("collectstatic", "--no-input"),
        "createsuperuser": installation.manage(
            "createsuperuser", "--no-input", f"--email={ADMIN}", DJANGO_SUPERUSER_PASSWORD=PASSWORD
        ),
        "check": installation.manage("check", "--deploy", "--fail-level", "WARNING"),
    }
    return installation, said


@pytest.fixture(scope="session")
def installation(prepared):
    with prepared[0].running() as running:
        yield running


@pytest.fixture(scope="session")
def nginx(installation, tmp_path_factory):
    with Front("nginx", tmp_path_factory.mktemp("nginx"), installation).running() as running:
        yield running


@pytest.fixture(scope="session")
def caddy(installation, tmp_path_factory):
    with Front("caddy", tmp_path_factory.mktemp("caddy"), installation).running() as running:
        yield running


@pytest.fixture(params=["nginx", "caddy"])
def front(request, stand_in):
    """The site as it is reached through nginx, then through Caddy."""
    stand_in.reset()
    return request.getfixturevalue(request.param)


@pytest.fixture
def guest(front):
    """Somebody whom the site does not know yet."""
    with Guest(front) as somebody:
        yield somebody


@pytest.fixture
def admin(guest):
    """The first administrator, signed in."""
    assert guest.sign_in().status_code == 302
    return guest
