"""Editing a question and asking it again; no refusal loses the text."""

import re
import uuid
from html import unescape

import pytest

from conversations.models import Message
from tests.history import ask, create_conversation, texts
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


def edit_fields(question, text: str) -> dict[str, str]:
    """The fields of the form that a question is edited in."""
    return {"text": text, "parent": str(question.parent_id or ""), "question": str(question.pk)}


def text_in_edit_form(html: str) -> str:
    field = re.search(r'data-ask="edit">.*?<textarea[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    assert field
    return unescape(field[1])


def test_an_edited_question_takes_the_place_of_the_old_one(alice_visitor, alice):
    conversation = create_conversation(alice, "One.", "Tow.")
    second = conversation.thread()[2]
    fields = edit_fields(second, "Two. [[echo:Second.]]")
    alice_visitor.ask(fields.pop("text"), conversation.pk, **fields)

    conversation.refresh_from_db()
    assert texts(conversation.thread()) == ["One.", "An answer.", "Two. [[echo:Second.]]", "Second."]
    assert conversation.messages.filter(parent=second.parent).count() == 2


def test_the_stream_and_the_page_say_which_version_the_question_is(alice_visitor, alice):
    conversation = create_conversation(alice, "Tow.")
    fields = edit_fields(conversation.thread()[0], "Two. [[echo:Second.]]")
    stream = alice_visitor.ask(fields.pop("text"), conversation.pk, **fields)

    assert "Version 2 of 2" in stream.start["html"]
    assert "Version" not in stream.end["html"]
    assert "Version 2 of 2" in alice_visitor.http.get(path_of(conversation)).text


def test_the_page_shows_a_question_in_a_form(alice_client, alice):
    conversation = create_conversation(alice, "\n  One & <two>.")
    page = alice_client.get(f"{path_of(conversation)}?edit={conversation.thread()[0].pk}")
    assert text_in_edit_form(page.content.decode()) == "\n  One & <two>."


def test_a_question_further_up_is_edited_on_a_page_that_ends_with_it(alice_client, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(25)))
    thread = conversation.thread()
    page = alice_client.get(f"{path_of(conversation)}?edit={thread[4].pk}")

    assert text_in_edit_form(page.content.decode()) == "Question 2."
    assert [turn.message for turn in page.context["turns"]] == thread[:6]


@pytest.mark.parametrize("message", ["an answer", "of bob", "x", "0" * 32, "\0"])
def test_only_alices_own_questions_open_a_form(alice_client, alice, bob, message):
    conversation = create_conversation(alice)
    ids = {"an answer": conversation.head_id, "of bob": create_conversation(bob).thread()[0].pk}
    assert alice_client.get(path_of(conversation), {"edit": ids.get(message, message)}).status_code == 404


def test_a_refused_edit_comes_back_in_its_place_with_the_text(alice_visitor, alice):
    conversation = create_conversation(alice, "One.")
    question = conversation.thread()[0]
    ask(conversation, "Two.")
    fields = edit_fields(question, "Too <early>")
    page = alice_visitor.http.post(path_of(conversation, "messages/"), data=fields)

    assert (page.status_code, text_in_edit_form(page.text)) == (409, "Too <early>")
    assert page.text.count("An answer is still being written here.") == 1
    assert Message.objects.count() == 4


def test_a_refused_edit_is_a_sentence_for_a_script(alice_visitor, alice):
    conversation = create_conversation(alice, "One.")
    question = conversation.thread()[0]
    ask(conversation, "Two.")
    fields = edit_fields(question, "Too early")
    response = alice_visitor.http.post(path_of(conversation, "messages/"), data=fields, headers=SCRIPT)
    assert (response.status_code, list(response.json())) == (409, ["error"])


def test_a_refused_edit_of_an_unknown_question_comes_back_in_the_composer(alice_visitor, alice):
    conversation = create_conversation(alice, "One.")
    fields = edit_fields(conversation.thread()[0], "Uno.") | {"question": "x", "parent": str(uuid.uuid4())}
    page = alice_visitor.http.post(path_of(conversation, "messages/"), data=fields)
    assert page.status_code == 404
    assert ">\nUno.</textarea>" in page.text


@pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["form", "script"])
def test_neither_the_bin_nor_bobs_conversation_takes_an_edit(alice_client, alice, bob, headers):
    binned, foreign = create_conversation(alice), create_conversation(bob)
    alice_client.delete(path_of(binned))
    for conversation in (binned, foreign):
        fields = edit_fields(conversation.thread()[0], "Mine.")
        response = alice_client.post(path_of(conversation, "messages/"), fields, headers=headers)
        assert response.status_code == 404
    assert Message.objects.count() == 4
