"""Storing a question in other words without asking it again, by script and by plain form."""

import re
import uuid
from html import unescape
from urllib.parse import urlencode

import pytest

from conversations.models import Conversation, Message
from tests.history import ask, begin, create_conversation, texts
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


def reword_path(conversation) -> str:
    """The address for other words for the first question."""
    return f"/messages/{conversation.thread()[0].pk}/reword/"


def text_in_edit_form(html: str) -> str:
    field = re.search(r'data-ask="edit">.*?<textarea[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    assert field
    return unescape(field[1])


def test_a_plain_form_rewords_and_leads_back_to_the_conversation(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    response = alice_client.post(reword_path(conversation), {"text": "Why?"})

    assert (response.status_code, response.headers["location"]) == (303, path_of(conversation))
    assert texts(Conversation.objects.get().thread()) == ["Why?", "An answer."]


def test_the_page_shows_the_new_version_and_that_the_answer_is_older(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    alice_client.post(reword_path(conversation), {"text": "Why?"})
    page = alice_client.get(path_of(conversation)).content.decode()

    assert "Version 2 of 2" in page
    assert "Written for an earlier version of this question." in page


def test_a_script_gets_the_id_of_the_new_version(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    response = alice_client.post(reword_path(conversation), {"text": "Why?"}, headers=SCRIPT)
    assert response.status_code == 200
    assert response.json() == {"question": str(Conversation.objects.get().thread()[0].pk)}


def test_a_repeat_with_the_same_key_gets_the_same_version(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    path = reword_path(conversation)
    responses = [alice_client.post(path, {"text": "Why?", "key": "k"}, headers=SCRIPT) for _twice in range(2)]

    assert responses[0].json() == responses[1].json()
    assert conversation.messages.filter(role="user").count() == 2


def test_claude_is_sent_the_new_words_with_the_next_question(alice_visitor, alice, stand_in):
    conversation = create_conversation(alice, "Wy?")
    alice_visitor.http.post(reword_path(conversation), data={"text": "Why?"})
    alice_visitor.ask("And then? [[echo:Then.]]", conversation.pk)

    messages = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert [message["content"][0]["text"] for message in messages] == ["Why?", "An answer.", "And then? [[echo:Then.]]"]


def test_running_answers_in_other_conversations_do_not_prevent_it(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    for _ in range(3):
        begin(alice)
    assert alice_client.post(reword_path(conversation), {"text": "Why?"}, headers=SCRIPT).status_code == 200


def test_while_an_answer_is_written_the_words_come_back_in_the_form(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    ask(conversation, "Two.")
    page = alice_client.post(reword_path(conversation), {"text": "Too <early>"})

    assert page.status_code == 409
    assert text_in_edit_form(page.content.decode()) == "Too <early>"
    assert page.content.decode().count("An answer is still being written here.") == 1


def test_while_an_answer_is_written_a_script_gets_the_sentence(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    ask(conversation, "Two.")
    response = alice_client.post(reword_path(conversation), {"text": "Too early"}, headers=SCRIPT)
    assert (response.status_code, list(response.json())) == (409, ["error"])


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 200_001, "a\0b", "a\ud800b"])
@pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["form", "script"])
def test_a_text_that_cannot_be_a_question_is_refused(alice_client, alice, text, headers):
    conversation = create_conversation(alice, "One.")
    body = urlencode({"text": text}, errors="surrogatepass")
    response = alice_client.post(
        reword_path(conversation), body, content_type="application/x-www-form-urlencoded", headers=headers
    )
    assert response.status_code == 400
    assert Message.objects.count() == 2


@pytest.mark.parametrize("headers", [{}, SCRIPT], ids=["form", "script"])
def test_only_alices_own_questions_outside_the_bin_are_found(alice_client, alice, bob, headers):
    binned, foreign = create_conversation(alice), create_conversation(bob)
    alice_client.delete(path_of(binned))
    answer = create_conversation(alice).head_id
    for message in (binned.thread()[0].pk, foreign.thread()[0].pk, answer, uuid.uuid4()):
        response = alice_client.post(f"/messages/{message}/reword/", {"text": "Mine."}, headers=headers)
        assert response.status_code == 404
    assert Message.objects.count() == 6
