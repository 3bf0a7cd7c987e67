"""Changing the own password."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from chatsite.accounts.models import ApiToken
from tests.conftest import PASSWORD

NEW_PASSWORD = "three herons over the marsh"


@pytest.fixture(autouse=True)
def _no_attempts_yet(db):
    cache.clear()


def change(client, old=PASSWORD, new=NEW_PASSWORD, **more):
    return client.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": new, **more})


def test_changing_the_password_ends_all_sessions_but_this_one(client, alice):
    other_device = Client()
    client.force_login(alice)
    other_device.force_login(alice)

    page = client.get(change(client)["Location"])
    assert "Password successfully changed." in page.content.decode()
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    assert other_device.get("/").status_code == 302


def test_the_fields_are_named_as_all_others(client, alice):
    client.force_login(alice)
    page = client.get("/accounts/password/change/").text
    labels = re.findall(r'<label for="id_\w+">(.*?)</label>', page)
    assert labels == ["Current password", "New password", "New password (again)"]


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


def test_where_no_mail_is_sent_the_page_says_whom_to_ask(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    page = client.get("/accounts/password/reset/").text
    assert "This site sends no e-mail. Ask an administrator" in page
    assert "<form" not in page


def test_a_person_without_a_password_can_set_one(client, alice):
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    page = client.get("/accounts/password/change/", follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)


def test_a_new_password_ends_the_api_tokens_of_alice_and_of_nobody_else(client, alice, bob):
    ApiToken.issue(alice, "script")
    token_of_bob, _secret = ApiToken.issue(bob, "script")
    client.force_login(alice)
    assert "Keep my API tokens" in client.get("/accounts/password/change/").content.decode()
    change(client)
    assert list(ApiToken.objects.all()) == [token_of_bob]


def test_alice_may_keep_her_tokens(client, alice):
    ApiToken.issue(alice, "script")
    client.force_login(alice)
    change(client, keep_tokens="on")
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    assert ApiToken.objects.filter(user=alice).exists()


def test_a_refused_password_ends_no_token(client, alice):
    ApiToken.issue(alice, "script")
    client.force_login(alice)
    assert change(client, new="short").context["form"].errors
    assert ApiToken.objects.exists()


def test_one_without_tokens_is_not_asked_about_them(client, alice):
    client.force_login(alice)
    assert "API tokens</label>" not in client.get("/accounts/password/change/").content.decode()


@pytest.mark.parametrize(("answer", "number"), [({}, 0), ({"keep_tokens": "on"}, 1)])
def test_a_forgotten_password_ends_the_tokens_unless_they_are_kept(client, alice, mailoutbox, answer, number):
    ApiToken.issue(alice, "script")
    client.post("/accounts/password/reset/", {"email": alice.email})
    [link] = re.findall(r"http://testserver(/\S+)", mailoutbox[0].body)
    page = client.get(link, follow=True)
    assert "Keep my API tokens" in page.content.decode()
    client.post(page.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, **answer})
    alice.refresh_from_db()
    assert alice.check_password(NEW_PASSWORD)
    assert ApiToken.objects.count() == number


def test_an_operators_new_password_ends_the_tokens_and_a_newer_hash_does_not(alice, settings):
    ApiToken.issue(alice, "script")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    old_hash = alice.password
    assert alice.check_password(PASSWORD)
    assert alice.password != old_hash
    assert ApiToken.objects.exists()
    alice.set_password(NEW_PASSWORD)
    alice.save(update_fields=["password"])
    assert not ApiToken.objects.exists()
