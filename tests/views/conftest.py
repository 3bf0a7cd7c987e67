"""Whom these tests are about."""

import pytest


@pytest.fixture
def alice_client(client, alice):
    """Alice's browser, signed in."""
    client.force_login(alice)
    return client
