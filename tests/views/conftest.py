"""The clients of these tests: Alice's, signed in."""

import httpx2
import pytest

from chatsite.accounts.models import ApiToken
from tests.site import Visitor


@pytest.fixture
def alice_client(client, alice):
    """Alice's browser as Django's test client. It cannot ask Claude: that needs a running site."""
    client.force_login(alice)
    return client


@pytest.fixture
def alice_visitor(site, alice):
    """Alice's browser at a running site."""
    return Visitor(site, alice)


@pytest.fixture
def alice_program(site, alice):
    """A program of Alice's, with an API token."""
    _token, secret = ApiToken.issue(alice, "program")
    with httpx2.Client(base_url=site.url, timeout=30, headers={"Authorization": f"Bearer {secret}"}) as http:
        yield http
