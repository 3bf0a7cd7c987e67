"""One installation, made as the manual describes, behind each of the two proxies."""

import secrets

import psycopg
import pytest
from django.conf import settings

from tests.deploy.installation import ADMIN, PASSWORD, Installation
from tests.deploy.proxies import Client, Proxy


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """The URL of an empty database, of the same kind as the tests' own."""
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
def prepared_installation(tmp_path_factory, empty_database, stand_in):
    """The installation after the first steps of the manual, and the result of each step."""
    installation = Installation(tmp_path_factory.mktemp("srv"), empty_database, stand_in.url)
    results = {
        "compilemessages": installation.manage("compilemessages"),
        "migrate": installation.manage("migrate"),
        "collectstatic": installation.manage("collectstatic", "--no-input"),
        "createsuperuser": installation.manage(
            "createsuperuser", "--no-input", f"--email={ADMIN}", DJANGO_SUPERUSER_PASSWORD=PASSWORD
        ),
        "check": installation.manage("check", "--deploy", "--fail-level", "WARNING"),
    }
    return installation, results


@pytest.fixture(scope="session")
def installation(prepared_installation):
    with prepared_installation[0].running() as running:
        yield running


@pytest.fixture(scope="session")
def nginx(installation, tmp_path_factory):
    with Proxy("nginx", tmp_path_factory.mktemp("nginx"), installation).running() as running:
        yield running


@pytest.fixture(scope="session")
def caddy(installation, tmp_path_factory):
    with Proxy("caddy", tmp_path_factory.mktemp("caddy"), installation).running() as running:
        yield running


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request, stand_in):
    """nginx, then Caddy."""
    stand_in.reset()
    return request.getfixturevalue(request.param)


@pytest.fixture
def visitor(proxy):
    """A person who has not signed in."""
    with Client(proxy) as client:
        yield client


@pytest.fixture
def admin(visitor):
    """The first administrator, signed in."""
    assert visitor.sign_in().status_code == 302
    return visitor
