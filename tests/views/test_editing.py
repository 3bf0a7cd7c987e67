"""Editing a question over HTTP: asked again or only saved, by script and by plain form; no refusal loses the text."""

import re
import uuid
from html import unescape
from urllib.parse import urlencode

import pytest

from conversations.models import Conversation, Message
from tests.history import ask, begin, create_conversation, texts
from tests.site import Visitor

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "fetch"}


def edit(conversation, question, text, **fields):
    """The address and the fields of the form that a question is edited in."""
    parent = str(question.parent_id or "")
    body = {"text": text, "parent": parent, "question": str(question.pk), **fields}
    return f"/conversations/{conversation.pk}/messages/", body


def typed(html: str) -> str:
    """What stands in the field of the form that is open in its turn."""
    field = re.search(r'data-ask="edit">.*?<textarea[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    assert field
    return unescape(field[1])


def test_an_edited_question_is_asked_in_the_place_of_the_old_one(site, alice):
    alice_client, conversation = Visitor(site, alice), create_conversation(alice, "One.", "Tow.")
    second = conversation.thread()[2]
    path, body = edit(conversation, second, "Two. [[echo:Second.]]")
    with alice_client.streaming("POST", path, data=body) as stream:
        stream.read_to_end()

    for html in (stream.start["html"], alice_client.http.get(f"/conversations/{conversation.pk}/").text):
        assert "Version 2 of 2" in html
    assert "Version" not in stream.end["html"]
    conversation.refresh_from_db()
    assert texts(conversation.thread()) == ["One.", "An answer.", "Two. [[echo:Second.]]", "Second."]
    assert conversation.messages.filter(parent=second.parent).count() == 2


def test_a_plain_form_saves_and_leads_back_to_the_page(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    path, body = edit(conversation, conversation.thread()[0], "Why?", save="1")
    saved = alice_client.post(path, body)

    assert (saved.status_code, saved.headers["location"]) == (303, f"/conversations/{conversation.pk}/")
    page = alice_client.get(saved.headers["location"]).content.decode()
    assert "Version 2 of 2" in page
    assert "Written for an earlier version of this question." in page
    assert texts(Conversation.objects.get().thread()) == ["Why?", "An answer."]


def test_a_script_learns_which_version_was_saved(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    path, body = edit(conversation, conversation.thread()[0], "Why?", save="1", key="k")
    ids = [alice_client.post(path, body, headers=SCRIPT).json()["question"] for _twice in range(2)]
    assert ids == [str(Conversation.objects.get().thread()[0].pk)] * 2
    turns = alice_client.get(f"/conversations/{conversation.pk}/", headers=SCRIPT).content.decode()
    assert f'data-turn="{ids[0]}"' in turns
    assert "<html" not in turns


def test_the_corrected_words_are_what_claude_is_sent_next(site, alice, stand_in):
    alice_client, conversation = Visitor(site, alice), create_conversation(alice, "Wy?")
    path, body = edit(conversation, conversation.thread()[0], "Why?", save="1")
    alice_client.http.post(path, data=body)
    alice_client.ask("And then? [[echo:Then.]]", conversation.pk)
    sent = stand_in.recorded(last=True)[0]["body"]["messages"]
    assert [turn["content"][0]["text"] for turn in sent] == ["Why?", "An answer.", "And then? [[echo:Then.]]"]


def test_the_page_shows_a_question_in_a_form(alice_client, alice):
    conversation = create_conversation(alice, "\n  One & <two>.")
    page = alice_client.get(f"/conversations/{conversation.pk}/?edit={conversation.thread()[0].pk}")
    assert typed(page.content.decode()) == "\n  One & <two>."


def test_a_question_further_up_is_edited_on_the_page_that_ends_with_it(alice_client, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(25)))
    thread = conversation.thread()
    page = alice_client.get(f"/conversations/{conversation.pk}/?edit={thread[4].pk}")
    assert typed(page.content.decode()) == "Question 2."
    assert [turn.message for turn in page.context["turns"]] == thread[:6]


@pytest.mark.parametrize("save", [{}, {"save": "1"}])
def test_a_refused_edit_comes_back_in_its_place_with_all_that_was_typed(site, alice, save):
    alice_client, conversation = Visitor(site, alice).http, create_conversation(alice, "One.")
    question = conversation.thread()[0]
    ask(conversation, "Two.")
    path, body = edit(conversation, question, "Too <early>", **save)
    page = alice_client.post(path, data=body)

    assert (page.status_code, typed(page.text)) == (409, "Too <early>")
    assert page.text.count("An answer is still being written here.") == 1
    refused = alice_client.post(path, data=body, headers=SCRIPT)
    assert (refused.status_code, list(refused.json())) == (409, ["error"])
    assert Message.objects.count() == 4


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 200_001, "a\0b", "a\ud800b"])
def test_a_text_that_cannot_be_a_question_is_not_saved(alice_client, alice, text):
    conversation = create_conversation(alice, "One.")
    path, body = edit(conversation, conversation.thread()[0], text, save="1")
    form = urlencode(body, errors="surrogatepass")
    for headers in ({}, SCRIPT):
        refused = alice_client.post(path, form, content_type="application/x-www-form-urlencoded", headers=headers)
        assert refused.status_code == 400
    assert Message.objects.count() == 2


@pytest.mark.parametrize("question", ["", "x", "0", str(uuid.uuid4()), "{" * 41, "é"])
def test_what_is_no_question_is_not_corrected(alice_client, alice, question):
    conversation = create_conversation(alice, "One.")
    path, body = edit(conversation, conversation.thread()[0], "Uno.", save="1")
    for headers in ({}, SCRIPT):
        assert alice_client.post(path, body | {"question": question}, headers=headers).status_code in (400, 404)
    assert Message.objects.count() == 2


def test_a_text_whose_question_is_unknown_comes_back_in_the_composer(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    path, body = edit(conversation, conversation.thread()[0], "Uno.", save="1")
    page = alice_client.post(path, body | {"question": str(uuid.uuid4())})
    assert (page.status_code, page.context["draft"]) == (404, "Uno.")
    assert ">Uno.</textarea>" in page.content.decode()


def test_neither_the_bin_nor_others_have_anything_to_edit(alice_client, alice, bob):
    hers, his = create_conversation(alice), create_conversation(bob)
    forms = [edit(each, each.thread()[0], "Mine.", save="1") for each in (hers, his)]
    foreign = edit(create_conversation(alice), his.thread()[0], "Mine.", save="1")
    alice_client.delete(f"/conversations/{hers.pk}/")
    for path, body in [*forms, foreign]:
        for headers in ({}, SCRIPT):
            assert alice_client.post(path, body, headers=headers).status_code == 404
    assert Message.objects.count() == 6


@pytest.mark.parametrize("which", ["an answer", "another's", "x", "0" * 32, "\0"])
def test_only_her_own_questions_open_a_form(alice_client, alice, bob, which):
    conversation = create_conversation(alice)
    named = {"an answer": conversation.head_id, "another's": create_conversation(bob).thread()[0].pk}
    page = alice_client.get(f"/conversations/{conversation.pk}/", {"edit": named.get(which, which)})
    assert page.status_code == 404


def test_a_first_answer_that_runs_elsewhere_does_not_forbid_saving(alice_client, alice):
    conversation = create_conversation(alice, "Wy?")
    for _ in range(3):
        begin(alice)
    path, body = edit(conversation, conversation.thread()[0], "Why?", save="1")
    assert alice_client.post(path, body, headers=SCRIPT).status_code == 200
