"""A form without a session or a CSRF token changes nothing, and the submitted text is returned."""

import html
import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

from conversations.models import Conversation
from conversations.replies import engine
from tests.conftest import PASSWORD
from tests.history import create_conversation

SAME_ORIGIN = {"Origin": "http://testserver"}
QUESTION = {"text": "\nA <long> thought", "key": "k1"}


@pytest.fixture
def alice_client(alice):
    """Alice's browser, with CSRF checks as on a real server."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    return client


def fields_of(page):
    """The fields that a browser would send for the form on a page."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    name, text = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[0]
    return dict(hidden) | {name: html.unescape(text)}


@pytest.mark.parametrize("is_new", [True, False])
def test_a_question_without_a_token_is_returned_and_can_be_sent_again(alice_client, alice, is_new):
    path = "/conversations/" if is_new else f"/conversations/{create_conversation(alice).pk}/messages/"
    response = alice_client.post(path, QUESTION, headers=SAME_ORIGIN)
    assert response.status_code == 403
    fields = fields_of(response.text)
    assert {name: fields[name] for name in QUESTION} == QUESTION
    # An empty question passes the CSRF check and is refused afterwards, so that Claude is not called.
    assert alice_client.post(path, fields | {"text": " "}, headers=SAME_ORIGIN).status_code == 400


def test_a_form_from_another_site_is_returned_without_a_button(alice_client):
    for origin in ("https://evil.example", "null", ""):
        page = alice_client.post("/conversations/", QUESTION, headers={"Origin": origin})
        assert page.status_code == 403
        assert "A &lt;long&gt; thought" in page.text
        assert "Send again" not in page.text
        assert "csrfmiddlewaretoken" not in page.text
    assert not Conversation.objects.exists()


def test_pasted_addresses_are_returned_too(carol):
    carol_client = Client(enforce_csrf_checks=True)
    carol_client.force_login(carol)
    page = carol_client.post(
        "/admin/accounts/user/add/", {"addresses": "dora@example.com", "send": "on"}, headers=SAME_ORIGIN
    )
    assert fields_of(page.text)["addresses"] == "dora@example.com"


def test_a_password_is_never_returned(alice_client):
    fields = {"login": "alice@example.com", "password": PASSWORD, "name": "x"}
    page = alice_client.post(
        "/accounts/login/", fields, headers=SAME_ORIGIN | {"Referer": "http://testserver/accounts/login/"}
    )
    assert page.status_code == 403
    assert PASSWORD not in page.text
    assert "<textarea" not in page.text
    assert '<a class="button primary" href="http://testserver/accounts/login/">' in page.text


def test_a_form_without_text_links_to_its_page(alice_client, alice):
    conversation = create_conversation(alice)
    page_url = f"http://testserver/conversations/{conversation.pk}/"
    path = f"/messages/{conversation.head_id}/reply/"
    page = alice_client.post(path, {"key": "k" * 32}, headers=SAME_ORIGIN | {"Referer": page_url}).text
    assert "k" * 32 not in page
    assert f'href="{page_url}">Reload the page</a>' in page
    other_page = alice_client.post(path, {"key": "k"}, headers=SAME_ORIGIN | {"Referer": "http://evil.example/"}).text
    assert "evil.example" not in other_page


def test_a_script_gets_json(alice_client):
    response = alice_client.post("/conversations/", QUESTION, headers={"Accept": "text/event-stream"})
    assert (response.status_code, response.json()) == (403, {"error": "Please reload the page and send it again."})


def test_a_script_without_cookies_is_told_that_the_session_has_ended():
    response = Client(enforce_csrf_checks=True).post(
        "/conversations/", QUESTION, headers={"Accept": "text/event-stream"}
    )
    assert (response.status_code, response.json()) == (401, {"error": "Your session has ended. Sign in again."})


def test_a_question_sent_after_the_session_has_ended_is_returned(client, db):
    page = client.post("/conversations/", QUESTION)
    assert page.status_code == 401
    assert "Your session has ended" in page.text
    fields = fields_of(page.text)
    assert {name: fields[name] for name in QUESTION} == QUESTION
    assert not Conversation.objects.exists()


def test_other_forms_are_redirected_to_the_sign_in_page(client, db):
    assert client.post("/settings/tokens/", {"name": "laptop"})["Location"].startswith("/accounts/login/?next=")


def test_a_question_is_returned_if_the_database_is_unavailable(client, alice, monkeypatch):
    def fail(store):
        raise OperationalError("no connection")

    client.force_login(alice)
    client.raise_request_exception = False
    monkeypatch.setattr(SessionStore, "load", fail)
    page = client.post("/conversations/", QUESTION)
    assert page.status_code == 503
    assert "Its database is unavailable. Nothing was sent" in page.text
    assert "A &lt;long&gt; thought</textarea>" in page.text


def test_a_question_is_returned_while_the_site_is_being_restarted(client, alice, monkeypatch):
    monkeypatch.setattr(engine, "refuses_questions", True)
    client.force_login(alice)
    page = client.post("/conversations/", QUESTION)
    assert page.status_code == 503
    assert "The site is being restarted. Try again in a moment." in page.text
    assert "A &lt;long&gt; thought</textarea>" in page.text
