"""What is made once and read by several people is in the language of each: streams, records, mails, what is stored."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import translation

from chatsite.accounts.changes import changes_of
from chatsite.accounts.invitations.links import send_invitation
from chatsite.accounts.models import User
from conversations.costs.money import format_dollars
from conversations.files.facts import Unreadable
from conversations.files.wording import describe_unreadable
from conversations.models import Message
from conversations.presentation.continuing import is_continue
from conversations.presentation.sources import write_quotation
from conversations.presentation.wording import CONTINUE
from conversations.replies import alerts
from tests.history import create_conversation, create_usage
from tests.views.requests import path_of

LABELLED = "```python\nprint()\n```\n\n| a |\n|---|\n| b |\n\n- [x] done\n\n$$x < 1$$"


@pytest.fixture
def german_alice(alice):
    alice.language = "de"
    alice.save()
    return alice


# Streams


def test_alice_sees_the_end_of_her_answer_in_german(german_alice, alice_visitor):
    stream = alice_visitor.ask("[[status:500:times:3]]")
    assert "Die Verbindung zu Claude ist fehlgeschlagen." in stream.end["html"]
    assert "Noch einmal versuchen" in stream.end["html"]


def test_the_end_of_a_stream_is_in_the_language_of_the_browser_that_reads_it(alice_visitor):
    alice_visitor.http.headers["Accept-Language"] = "de"
    stream = alice_visitor.ask("[[echo:Fertig.]]")
    assert "Einzelheiten" in stream.end["html"]


def test_the_list_of_conversations_in_another_language_is_another_one(client, alice):
    create_conversation(alice)
    client.force_login(alice)
    english = client.get("/sidebar/")
    german = client.get("/sidebar/", headers={"Accept-Language": "de", "If-None-Match": english["ETag"]})
    assert german.status_code == 200
    assert "Heute" in german.json()["list"]


# What is stored


def test_the_words_in_a_stored_rendering_are_translated_on_each_page(client, german_alice):
    conversation = create_conversation(german_alice)
    Message.objects.filter(pk=conversation.head_id).update(text=LABELLED, html_version=0)
    client.force_login(german_alice)
    page = client.get(path_of(conversation)).text
    for label in (">Kopieren</button>", 'aria-label="Tabelle"', 'aria-label="Formel"', 'aria-label="Erledigt"'):
        assert label in page
    stored = Message.objects.get(pk=conversation.head_id).html
    assert ">Copy</button>" in stored
    assert "Kopieren" not in stored


def test_a_text_that_looks_like_a_word_of_the_renderer_is_left_alone(client, german_alice):
    conversation = create_conversation(german_alice)
    written = '<div class="table" tabindex="0" role="group" aria-label="Table">'
    Message.objects.filter(pk=conversation.head_id).update(text=f"`{written}`", html_version=0)
    client.force_login(german_alice)
    assert 'aria-label="Tabelle"' not in client.get(path_of(conversation)).text


@pytest.mark.parametrize("reader", ["en-gb", "de"])
@pytest.mark.parametrize("writer", ["en-gb", "de"])
def test_a_continuation_is_one_in_every_language(alice, writer, reader):
    answer = create_conversation(alice).head
    with translation.override(writer):
        question = Message(parent=answer, role="user", text=translation.gettext(CONTINUE))
    with translation.override(reader):
        assert is_continue(question)


def test_what_staff_did_with_an_account_is_recorded_in_the_language_of_its_owner(client, carol, german_alice):
    client.force_login(carol)
    data = {"action": "deactivate", "_selected_action": [german_alice.pk]}
    assert "1 account was deactivated." in client.post("/admin/accounts/user/", data, follow=True).text
    assert changes_of(german_alice).get().get_change_message() == "Hat das Konto deaktiviert."


# Mails


def test_an_invitation_is_in_the_language_of_the_person_who_gets_it(carol, german_alice):
    request = RequestFactory().get("/admin/", headers={"Host": "localhost"})
    request.user = carol
    send_invitation(request, german_alice, "http://localhost/key/")
    [message] = mail.outbox
    assert message.subject == "Ihr Konto bei Chatsite"
    assert "Der Link funktioniert einmal, 3 Tage lang." in message.body
    assert '<html lang="de">' in str(message.message())


def test_a_link_for_a_forgotten_password_is_in_the_language_of_its_owner(client, german_alice):
    client.post("/accounts/password/reset/", {"email": german_alice.email})
    assert mail.outbox[0].subject == "Ihr neues Passwort für Chatsite"


def test_staff_are_told_each_in_their_own_language(carol):
    cache.clear()
    User.objects.create_user("dora@example.com", is_staff=True, language="de")
    alerts.report_unavailable("401 authentication_error", "req_1")
    assert {(message.to[0], message.subject) for message in mail.outbox} == {
        ("carol@example.com", "Claude is not available"),
        ("dora@example.com", "Claude ist nicht verfügbar"),
    }


# Numbers and dates


@pytest.mark.parametrize(
    ("micro_dollars", "english", "german"),
    [
        (4_200, "$0.0042", "0,0042\u00a0$"),
        (1_234_567_890, "$1,234.57", "1.234,57\u00a0$"),
        (999_949, "$0.9999", "0,9999\u00a0$"),
        (1, "< $0.0001", "< 0,0001\u00a0$"),
    ],
)
def test_amounts_are_written_as_in_each_language(micro_dollars, english, german):
    assert format_dollars(micro_dollars) == english
    with translation.override("de"):
        assert format_dollars(micro_dollars) == german


def test_the_limits_of_files_are_written_as_in_each_language():
    error = Unreadable("pixels", limit=8_000)
    assert "may have 8,000 pixels" in describe_unreadable(error, "plan.png")
    with translation.override("de"):
        assert "auf jeder Seite 8.000 Pixel" in describe_unreadable(error, "plan.png")


def test_a_quotation_has_the_marks_of_the_language():
    with translation.override("de"):
        assert write_quotation("Ja.") == "„Ja.“"


def test_numbers_and_dates_of_a_page_are_german(client, german_alice):
    conversation = create_conversation(german_alice)
    create_usage(german_alice, conversation=conversation, message=conversation.head, input_tokens=12_345)
    Message.objects.filter(conversation=conversation).update(created="2026-03-02T09:05:00Z")
    client.force_login(german_alice)
    page = client.get(path_of(conversation)).text
    assert "12.345 Tokens" in page
    assert "Montag, 2. März 2026, 09:05:00 UTC" in page
