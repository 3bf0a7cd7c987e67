"""A form that comes too late or without its token: nothing is sent, and nothing that was typed is lost."""

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

OURS = {"Origin": "http://testserver"}
QUESTION = {"text": "\nA <long> thought", "key": "k1"}


@pytest.fixture
def strict(alice):
    """Alice's browser; forms without their token are refused."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    return client


def fields_of(page):
    """What the form on a page would send, as a browser does."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    name, text = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[0]
    return dict(hidden) | {name: html.unescape(text)}


@pytest.mark.parametrize("where", ["new", "known"])
def test_a_question_without_its_token_comes_back_to_be_sent_again(strict, alice, where):
    path = "/conversations/" if where == "new" else f"/conversations/{create_conversation(alice).pk}/messages/"
    refused = strict.post(path, QUESTION, headers=OURS)
    assert refused.status_code == 403
    fields = fields_of(refused.text)
    assert {name: fields[name] for name in QUESTION} == QUESTION
    # Sent as an empty question, to see that it passes the gate without asking Claude.
    assert strict.post(path, fields | {"text": " "}, headers=OURS).status_code == 400


def test_a_form_of_another_site_is_shown_but_gets_no_button(strict):
    for origin in ("https://evil.example", "null", ""):
        page = strict.post("/conversations/", QUESTION, headers={"Origin": origin})
        assert page.status_code == 403
        assert "A &lt;long&gt; thought" in page.text
        assert "Send again" not in page.text
        assert "csrfmiddlewaretoken" not in page.text
    assert not Conversation.objects.exists()


def test_pasted_addresses_come_back_too(carol):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(carol)
    page = strict.post("/admin/accounts/user/add/", {"addresses": "dora@example.com", "send": "on"}, headers=OURS)
    assert fields_of(page.text)["addresses"] == "dora@example.com"


def test_a_password_is_never_shown(strict):
    fields = {"login": "alice@example.com", "password": PASSWORD, "name": "x"}
    page = strict.post("/accounts/login/", fields, headers=OURS | {"Referer": "http://testserver/accounts/login/"})
    assert page.status_code == 403
    assert PASSWORD not in page.text
    assert "<textarea" not in page.text
    assert '<a class="button primary" href="http://testserver/accounts/login/">' in page.text


def test_a_button_without_its_token_leads_back_to_its_page(strict, alice):
    conversation = create_conversation(alice)
    here = f"http://testserver/conversations/{conversation.pk}/"
    path = f"/messages/{conversation.head_id}/reply/"
    page = strict.post(path, {"key": "k" * 32}, headers=OURS | {"Referer": here}).text
    assert "k" * 32 not in page
    assert f'href="{here}">Reload the page</a>' in page
    elsewhere = strict.post(path, {"key": "k"}, headers=OURS | {"Referer": "http://evil.example/"}).text
    assert "evil.example" not in elsewhere


def test_a_script_is_told_in_json(strict):
    script = strict.post("/conversations/", QUESTION, headers={"Accept": "text/event-stream"})
    assert (script.status_code, script.json()) == (403, {"error": "Please reload the page and send it again."})


def test_a_question_sent_after_the_session_has_ended_comes_back(client, db):
    page = client.post("/conversations/", QUESTION)
    assert page.status_code == 401
    assert "Your session has ended" in page.text
    fields = fields_of(page.text)
    assert {name: fields[name] for name in QUESTION} == QUESTION
    assert not Conversation.objects.exists()


def test_other_forms_lead_to_the_sign_in(client, db):
    assert client.post("/settings/tokens/", {"name": "laptop"})["Location"].startswith("/accounts/login/?next=")


def test_a_question_comes_back_when_the_database_is_away(client, alice, monkeypatch):
    def away(store):
        raise OperationalError("no connection")

    client.force_login(alice)
    client.raise_request_exception = False
    monkeypatch.setattr(SessionStore, "load", away)
    page = client.post("/conversations/", QUESTION)
    assert page.status_code == 500
    assert "Something went wrong here" in page.text
    assert "A &lt;long&gt; thought</textarea>" in page.text


def test_a_question_comes_back_while_the_site_is_being_restarted(client, alice, monkeypatch):
    monkeypatch.setattr(engine, "draining", True)
    client.force_login(alice)
    page = client.post("/conversations/", QUESTION)
    assert page.status_code == 503
    assert "The site is being restarted. Try again in a moment." in page.text
    assert "A &lt;long&gt; thought</textarea>" in page.text
