"""Each person reads the site in their language: the one they chose, else the one their browser asks for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import PASSWORD

GERMAN_BROWSER = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
FRENCH_BROWSER = {"Accept-Language": "fr,it;q=0.5"}


@pytest.fixture
def german_alice(alice):
    alice.language = "de"
    alice.save()
    return alice


def test_alice_reads_the_site_in_the_language_that_she_chose(client, german_alice):
    client.force_login(german_alice)
    response = client.get("/")
    assert '<html lang="de"' in response.text
    assert "Was möchten Sie wissen, Alice?" in response.text
    assert response["Content-Language"] == "de"


def test_bob_reads_the_site_in_the_language_of_his_browser(client, bob):
    client.force_login(bob)
    assert "Was möchten Sie wissen, Bob?" in client.get("/", headers=GERMAN_BROWSER).text
    response = client.get("/", headers=FRENCH_BROWSER)
    assert "What would you like to know, Bob?" in response.text
    assert {"accept-language", "cookie"} <= {name.strip().lower() for name in response["Vary"].split(",")}


def test_alice_changes_her_language_in_the_settings(client, alice):
    client.force_login(alice)
    response = client.post("/settings/preferences/", {"language": "de"}, follow=True)
    assert "Gespeichert." in response.text
    alice.refresh_from_db()
    assert alice.language == "de"
    assert '<option value="de" selected>Deutsch</option>' in response.text


def test_alice_goes_back_to_the_language_of_her_browser(client, german_alice):
    client.force_login(german_alice)
    client.get("/")
    response = client.post("/settings/preferences/", {"language": ""}, follow=True)
    assert "Saved." in response.text
    assert "What would you like to know" in client.get("/").text


def test_a_language_that_is_not_offered_is_refused(client, alice):
    client.force_login(alice)
    assert client.post("/settings/preferences/", {"language": "tlh"}).status_code == 400


def test_the_page_to_sign_in_keeps_the_language_of_the_person_who_has_left(client, german_alice):
    client.force_login(german_alice)
    client.get("/")
    client.post("/accounts/logout/")
    assert "<h1>Anmelden</h1>" in client.get("/accounts/login/").text
    cookie = client.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")


def test_the_next_person_of_the_same_browser_gets_their_own_language(client, german_alice, bob):
    client.force_login(german_alice)
    client.get("/")
    client.force_login(bob)
    assert "What would you like to know, Bob?" in client.get("/").text


def test_the_choice_costs_no_query(client, alice):
    client.force_login(alice)
    client.get("/settings/tokens/")
    with CaptureQueriesContext(connection) as before:
        client.get("/settings/tokens/")
    alice.language = "de"
    alice.save()
    with CaptureQueriesContext(connection) as after:
        assert "Abmelden" in client.get("/settings/tokens/").text
    assert len(after) == len(before)


def test_error_pages_are_in_the_language_of_the_reader(client, german_alice):
    client.force_login(german_alice)
    client.get("/")
    assert "Seite nicht gefunden" in client.get("/nowhere/").text
    assert "Sie nimmt nur ein Formular an." in client.put("/settings/tokens/").text


@pytest.mark.django_db
def test_wrong_passwords_are_answered_in_the_language_of_the_browser(client):
    response = client.post("/accounts/login/", {"login": "x@example.com", "password": PASSWORD}, headers=GERMAN_BROWSER)
    assert "Die E-Mail-Adresse oder das Passwort ist falsch." in response.text
