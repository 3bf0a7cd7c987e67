"""Changing the own password."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.conftest import PASSWORD

NEW_PASSWORD = "three herons over the marsh"


@pytest.fixture(autouse=True)
def _no_attempts_yet(db):
    cache.clear()


def change(client, old=PASSWORD, new=NEW_PASSWORD):
    return client.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": new})


def test_changing_the_password_ends_all_sessions_but_this_one(client, alice):
    other_device = Client()
    client.force_login(alice)
    other_device.force_login(alice)

    page = client.get(change(client)["Location"])
    assert "Password successfully changed." in page.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    assert other_device.get("/").status_code == 302


def test_the_old_password_is_required(client, alice):
    client.force_login(alice)
    assert change(client, old="not this").context["form"].errors
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_guessing_the_old_password_is_limited(client, alice):
    client.force_login(alice)
    statuses = [change(client, old="guessing").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_requesting_links_is_limited(client, alice):
    statuses = [client.post("/accounts/password/reset/", {"email": alice.email}).status_code for _ in range(6)]
    assert statuses == [302] * 5 + [429]


def test_a_person_without_a_password_can_set_one(client, alice):
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    page = client.get("/accounts/password/change/", follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
