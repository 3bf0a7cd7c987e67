"""Renaming a conversation, by script and by plain form."""

import pytest

from conversations.models import Conversation
from tests.history import create_conversation
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db

TITLES_REFUSED = {
    "missing": {},
    "empty": {"title": " \t"},
    "too long": {"title": "x" * 201},
    "NUL": {"title": "a\0b"},
    "invisible": {"title": "\u200b\u2060"},
}


def test_a_script_renames_and_the_list_shows_the_new_title(alice_client, alice):
    conversation = create_conversation(alice)
    response = alice_client.post(path_of(conversation, "title/"), {"title": "  Skies & colours  "}, headers=SCRIPT)

    assert response.status_code == 204
    assert Conversation.objects.get().title == "Skies & colours"
    assert b"Skies &amp; colours" in alice_client.get("/conversations/").content


def test_a_plain_form_renames_and_leads_back_to_the_conversation(alice_client, alice):
    conversation = create_conversation(alice)
    response = alice_client.post(path_of(conversation, "title/"), {"title": "Skies\u2028 &\tcolours"})

    assert (response.status_code, response.headers["location"]) == (303, path_of(conversation))
    assert Conversation.objects.get().title == "Skies & colours"


def test_renaming_does_not_move_a_conversation_in_the_list(alice_client, alice):
    conversation = create_conversation(alice)
    updated = Conversation.objects.get().updated
    alice_client.post(path_of(conversation, "title/"), {"title": "Skies"})
    assert Conversation.objects.get().updated == updated


def test_the_page_of_plain_forms_shows_the_title(alice_client, alice):
    conversation = create_conversation(alice, "A <b>question</b>.")
    page = alice_client.get(path_of(conversation, "edit/")).content.decode()
    assert 'value="A &lt;b&gt;question&lt;/b&gt;."' in page


@pytest.mark.parametrize("title", ["🙂" * 200, "שלום \u202eעולם", "x" * 200, "2024", "🏖", "?!"])
def test_a_title_may_have_200_characters_of_any_kind(alice_client, alice, title):
    conversation = create_conversation(alice)
    alice_client.post(path_of(conversation, "title/"), {"title": title}, headers=SCRIPT)
    assert Conversation.objects.get().title == title


@pytest.mark.parametrize("fields", [{}, {"title": " \t"}, {"title": "\u200b\u2060"}])
def test_a_title_that_nobody_could_see_is_refused_with_a_true_sentence(alice_client, alice, fields):
    conversation = create_conversation(alice)
    response = alice_client.post(path_of(conversation, "title/"), fields, headers=SCRIPT)
    assert response.json() == {"error": "A title needs at least one visible character."}


def test_a_title_that_is_too_long_is_refused_with_its_length(alice_client, alice):
    conversation = create_conversation(alice)
    response = alice_client.post(path_of(conversation, "title/"), {"title": "x" * 5000}, headers=SCRIPT)
    assert response.json() == {"error": "A title may have 200 characters; this one has 5,000."}


@pytest.mark.parametrize("fields", TITLES_REFUSED.values(), ids=TITLES_REFUSED)
def test_a_script_is_told_why_a_title_is_refused(alice_client, alice, fields):
    conversation = create_conversation(alice, "A question.")
    response = alice_client.post(path_of(conversation, "title/"), fields, headers=SCRIPT)

    assert response.status_code == 400
    assert len(response.json()["error"].split()) > 2
    assert Conversation.objects.get().title == "A question."


@pytest.mark.parametrize("fields", TITLES_REFUSED.values(), ids=TITLES_REFUSED)
def test_a_plain_form_comes_back_with_the_refused_title(alice_client, alice, fields):
    conversation = create_conversation(alice, "A question.")
    response = alice_client.post(path_of(conversation, "title/"), fields)

    assert response.status_code == 400
    assert response.context["title"] == fields.get("title", "")
    assert response.context["problem"] in response.content.decode()
    assert Conversation.objects.get().title == "A question."


def test_a_conversation_in_the_bin_cannot_be_renamed(alice_client, alice):
    conversation = create_conversation(alice, "A question.")
    alice_client.delete(path_of(conversation))
    for headers in ({}, SCRIPT):
        assert alice_client.post(path_of(conversation, "title/"), {"title": "New"}, headers=headers).status_code == 404
    assert Conversation.objects.get().title == "A question."
