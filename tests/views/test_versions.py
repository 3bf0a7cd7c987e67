"""Showing another version of a question or an answer."""

import uuid

import pytest

from conversations.models import Conversation
from tests.history import create_conversation, edit, finish_answer
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(alice):
    """A conversation whose only question has two versions; the second one, "Uno.", is shown."""
    conversation = create_conversation(alice, "One.")
    finish_answer(edit(conversation, None, "Uno."))
    return conversation


@pytest.fixture
def first_version(conversation):
    return conversation.messages.get(text="One.")


def shown_questions(client, conversation) -> list[str]:
    page = client.get(path_of(conversation))
    return [turn.message.text for turn in page.context["turns"] if not turn.message.is_answer]


def test_a_script_shows_another_version(alice_client, conversation, first_version):
    response = alice_client.post(path_of(conversation, "head/"), {"head": first_version.pk}, headers=SCRIPT)
    assert response.status_code == 204
    assert shown_questions(alice_client, conversation) == ["One."]


def test_a_plain_form_shows_another_version_and_leads_back(alice_client, conversation, first_version):
    response = alice_client.post(path_of(conversation, "head/"), {"head": first_version.pk})
    assert (response.status_code, response.headers["location"]) == (303, path_of(conversation))
    assert shown_questions(alice_client, conversation) == ["One."]


def test_the_page_says_which_version_is_shown(alice_client, conversation, first_version):
    assert b"Version 2 of 2" in alice_client.get(path_of(conversation)).content
    alice_client.post(path_of(conversation, "head/"), {"head": first_version.pk})
    assert b"Version 1 of 2" in alice_client.get(path_of(conversation)).content


@pytest.mark.parametrize("fields", [{}, {"head": ""}, {"head": "x"}, {"head": "9" * 5000}, {"head": "\0"}])
def test_what_is_not_an_id_is_refused_with_a_sentence(alice_client, conversation, fields):
    for_a_script = alice_client.post(path_of(conversation, "head/"), fields, headers=SCRIPT)
    assert for_a_script.status_code == 400
    assert for_a_script.json() == {"error": "There is no such message."}

    for_a_person = alice_client.post(path_of(conversation, "head/"), fields)
    assert for_a_person.status_code == 400
    assert "There is no such message." in for_a_person.content.decode()


def test_a_message_of_another_conversation_is_not_found(alice_client, conversation, alice):
    other = create_conversation(alice)
    for message in (other.head_id, uuid.uuid4()):
        response = alice_client.post(path_of(conversation, "head/"), {"head": message}, headers=SCRIPT)
        assert response.status_code == 404
    assert Conversation.objects.get(pk=conversation.pk).head_id == conversation.head_id


def test_a_conversation_in_the_bin_shows_no_other_version(alice_client, conversation, first_version):
    alice_client.delete(path_of(conversation))
    response = alice_client.post(path_of(conversation, "head/"), {"head": first_version.pk}, headers=SCRIPT)
    assert response.status_code == 404
    assert Conversation.objects.get().head_id == conversation.head_id


def test_alice_whose_account_is_deactivated_meanwhile_finds_no_version(
    alice_client, alice, conversation, first_version, monkeypatch
):
    switch_to = Conversation.switch_to

    def deactivate_and_switch(*arguments):
        alice.is_active = False
        alice.save()
        switch_to(*arguments)

    monkeypatch.setattr(Conversation, "switch_to", deactivate_and_switch)
    response = alice_client.post(path_of(conversation, "head/"), {"head": first_version.pk}, headers=SCRIPT)
    assert response.status_code == 404
