"""Tokens for the plain API: made, shown once, used, revoked by their owner."""

import re

import pytest

from chatsite.accounts.models import ApiToken


def ask(client, secret, message="[[echo:hello]]"):
    headers = {"Authorization": f"Bearer {secret}"}
    return client.post("/api/chat", {"message": message}, content_type="application/json", headers=headers)


@pytest.fixture
def alice_here(client, alice):
    client.force_login(alice)
    return client


def test_settings_lead_to_the_tokens(alice_here):
    response = alice_here.get("/settings/")
    assert response["Location"] == "/settings/tokens/"
    assert "You have none yet." in alice_here.get("/settings/tokens/").content.decode()


def test_alice_makes_a_token_and_sees_its_secret_once(alice_here, alice):
    page = alice_here.post("/settings/tokens/", {"name": "backup script"})

    [secret] = re.findall(r"chat_[\w-]{43}", page.content.decode())
    token = ApiToken.objects.get()
    assert (token.user, token.name) == (alice, "backup script")
    assert secret not in str(vars(token))
    again = alice_here.get("/settings/tokens/").content.decode()
    assert "backup script" in again
    assert secret not in again


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b"])
def test_a_token_needs_a_sensible_name(alice_here, name):
    response = alice_here.post("/settings/tokens/", {"name": name})
    assert response.status_code == 400
    assert response.context["form"].errors
    assert not ApiToken.objects.exists()


def test_a_token_speaks_for_its_owner_and_remembers_when(client, alice):
    _token, secret = ApiToken.issue(alice, "script")
    assert ask(client, secret, message=" ").status_code == 400
    assert ApiToken.objects.get().last_used


def test_a_revoked_token_opens_nothing(alice_here, alice):
    token, secret = ApiToken.issue(alice, "script")
    response = alice_here.post(f"/settings/tokens/{token.pk}/revoke/")

    assert (response.status_code, response["Location"]) == (303, "/settings/tokens/")
    assert "The token is revoked." in alice_here.get("/settings/tokens/").content.decode()
    refused = ask(alice_here, secret)
    assert (refused.status_code, refused.json()) == (401, {"error": "Invalid token"})


def test_bobs_tokens_are_not_alices_to_see_or_revoke(alice_here, bob):
    token, _secret = ApiToken.issue(bob, "bobs script")
    assert "bobs script" not in alice_here.get("/settings/tokens/").content.decode()
    assert alice_here.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert alice_here.post(f"/settings/tokens/{9 * 10**30}/revoke/").status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


def test_revoking_takes_a_post(alice_here, alice):
    token, _secret = ApiToken.issue(alice, "script")
    assert alice_here.get(f"/settings/tokens/{token.pk}/revoke/").status_code == 405
    assert alice_here.put("/settings/tokens/").status_code == 405
    assert ApiToken.objects.exists()


def test_visitors_are_asked_to_sign_in(client, db):
    for path in ("/settings/", "/settings/tokens/"):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.post("/settings/tokens/1/revoke/").status_code == 302
