"""The clients of these tests: Alice's, signed in."""

import pytest

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
