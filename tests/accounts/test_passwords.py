"""Changing one's own password."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.conftest import PASSWORD

NEW = "three herons over the marsh"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet(db):
    cache.clear()


def change(client, old=PASSWORD, new=NEW):
    return client.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": new})


def test_alice_changes_her_password_and_stays_signed_in_here_alone(client, alice):
    elsewhere = Client()
    client.force_login(alice)
    elsewhere.force_login(alice)

    page = client.get(change(client)["Location"])
    assert "Password successfully changed." in page.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert elsewhere.get("/").status_code == 302


def test_the_old_password_is_asked_for(client, alice):
    client.force_login(alice)
    assert change(client, old="not this").context["form"].errors
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_guessing_the_old_password_is_limited(client, alice):
    client.force_login(alice)
    statuses = [change(client, old="guessing").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_asking_for_many_links_is_limited(client, alice):
    asked = [client.post("/accounts/password/reset/", {"email": alice.email}).status_code for _ in range(6)]
    assert asked == [302] * 5 + [429]


def test_a_person_without_a_password_can_set_one(client, alice):
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    page = client.get("/accounts/password/change/", follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    alice.refresh_from_db()
    assert alice.check_password(NEW)
