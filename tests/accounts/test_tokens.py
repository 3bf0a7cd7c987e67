"""Tokens for the plain API: the owner creates, uses and revokes them; the secret is shown once."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from chatsite.accounts.models import ApiToken


def post_chat(client, secret, message="[[echo:hello]]"):
    headers = {"Authorization": f"Bearer {secret}"}
    return client.post("/api/chat", {"message": message}, content_type="application/json", headers=headers)


@pytest.fixture
def alice_client(client, alice):
    client.force_login(alice)
    return client


def test_settings_redirect_to_the_preferences(alice_client):
    response = alice_client.get("/settings/")
    assert response["Location"] == "/settings/preferences/"
    assert "You have none yet." in alice_client.get("/settings/tokens/").content.decode()


def test_alice_creates_a_token_and_sees_its_secret_once(alice_client, alice):
    response = alice_client.post("/settings/tokens/", {"name": "backup script"})
    assert (response.status_code, response["Location"]) == (303, "/settings/tokens/")
    page = alice_client.get("/settings/tokens/")

    [secret] = re.findall(r"chat_[\w-]{43}", page.content.decode())
    token = ApiToken.objects.get()
    assert (token.user, token.name) == (alice, "backup script")
    assert secret not in str(vars(token))
    later_page = alice_client.get("/settings/tokens/").content.decode()
    assert "backup script" in later_page
    assert secret not in later_page


def test_the_secret_is_kept_by_alices_browser_alone_and_for_a_minute(alice_client):
    response = alice_client.post("/settings/tokens/", {"name": "script"})
    cookie = response.cookies["new_token"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (60, True, "Strict")
    assert cookie["path"] == "/settings/tokens/"


def test_a_secret_that_another_person_created_is_not_shown(alice_client, bob):
    alice_client.post("/settings/tokens/", {"name": "script"})
    secret = alice_client.cookies["new_token"].value
    alice_client.force_login(bob)
    alice_client.cookies["new_token"] = secret
    assert "This is your new token" not in alice_client.get("/settings/tokens/").text


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b"])
def test_an_invalid_name_is_refused(alice_client, name):
    response = alice_client.post("/settings/tokens/", {"name": name})
    assert response.status_code == 400
    assert response.context["form"].errors
    assert not ApiToken.objects.exists()


def test_a_token_acts_for_its_owner_and_records_its_use(client, alice):
    _token, secret = ApiToken.issue(alice, "script")
    assert post_chat(client, secret, message=" ").status_code == 400
    assert ApiToken.objects.get().last_used


def test_a_revoked_token_is_rejected(alice_client, alice):
    token, secret = ApiToken.issue(alice, "script")
    response = alice_client.post(f"/settings/tokens/{token.pk}/revoke/")

    assert (response.status_code, response["Location"]) == (303, "/settings/tokens/")
    assert "The token is revoked." in alice_client.get("/settings/tokens/").content.decode()
    response = post_chat(alice_client, secret)
    assert (response.status_code, response.json()) == (401, {"error": "Invalid token"})


def test_alice_can_neither_see_nor_revoke_bobs_tokens(alice_client, bob):
    token, _secret = ApiToken.issue(bob, "bobs script")
    assert "bobs script" not in alice_client.get("/settings/tokens/").content.decode()
    assert alice_client.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert alice_client.post(f"/settings/tokens/{9 * 10**30}/revoke/").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


def test_revoking_needs_a_post(alice_client, alice):
    token, _secret = ApiToken.issue(alice, "script")
    assert alice_client.get(f"/settings/tokens/{token.pk}/revoke/").status_code == 405
    assert alice_client.put("/settings/tokens/").status_code == 405
    assert ApiToken.objects.exists()


def test_anonymous_visitors_are_sent_to_the_sign_in_page(client, db):
    for path in ("/settings/", "/settings/tokens/"):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.post("/settings/tokens/1/revoke/").status_code == 302


def test_the_owner_of_a_token_is_found_with_one_query(alice, django_assert_num_queries):
    _token, secret = ApiToken.issue(alice, "script")
    ApiToken.objects.update(last_used=timezone.now())
    with django_assert_num_queries(1):
        token = ApiToken.authenticate(secret)
        assert token is not None
        assert token.user == alice


def test_the_use_of_a_token_is_recorded_at_most_once_a_minute(alice):
    _token, secret = ApiToken.issue(alice, "script")
    for seconds_ago, is_updated in ((59, False), (61, True)):
        last_used = timezone.now() - timedelta(seconds=seconds_ago)
        ApiToken.objects.update(last_used=last_used)
        ApiToken.authenticate(secret)
        assert (ApiToken.objects.get().last_used != last_used) == is_updated
