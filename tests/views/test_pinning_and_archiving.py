"""Pinning and archiving conversations, one at a time and several at once."""

import re
import uuid

import pytest
from django.db import OperationalError

from conversations.models import Conversation
from tests.history import ask, create_conversation, finish_answer
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


def groups_of(page) -> dict[str, list[str]]:
    """The titles in the sidebar of a page, by the heading of their group."""
    sections = re.findall(r'<section data-group="(.*?)">(.*?)</section>', page.content.decode(), re.DOTALL)
    return {label: re.findall(r"data-label[^>]*>(.*?)</a>", html) for label, html in sections}


def titles_in(page) -> list[str]:
    return [conversation.title for conversation in page.context["page_obj"]]


def is_marked(conversation, mark: str) -> bool:
    return getattr(Conversation.objects.get(pk=conversation.pk), mark) is not None


def test_a_pinned_conversation_is_at_the_top_and_only_there(alice_client, alice):
    first, _second = create_conversation(alice, "One."), create_conversation(alice, "Two.")
    assert alice_client.post(path_of(first, "pin/"), headers=SCRIPT).status_code == 204
    assert groups_of(alice_client.get("/")) == {"Pinned": ["One."], "Today": ["Two."]}

    assert alice_client.delete(path_of(first, "pin/")).status_code == 204
    assert groups_of(alice_client.get("/")) == {"Pinned": [], "Today": ["Two.", "One."]}


@pytest.mark.parametrize("mark", ["pin", "archive"])
def test_a_plain_form_sets_and_removes_a_mark(alice_client, alice, mark):
    conversation = create_conversation(alice)
    field = {"pin": "pinned", "archive": "archived"}[mark]
    for body, is_set in (({}, True), ({}, True), ({"remove": "1"}, False)):
        response = alice_client.post(path_of(conversation, f"{mark}/"), body)
        assert (response.status_code, response.headers["location"]) == (303, path_of(conversation))
        assert is_marked(conversation, field) is is_set


def test_the_page_of_plain_forms_offers_what_the_menu_offers(alice_client, alice):
    conversation = create_conversation(alice)
    assert {"Pin", "Archive"} <= set(
        re.findall(r"<button[^>]*>(.*?)<", alice_client.get(path_of(conversation, "edit/")).text)
    )
    conversation.set_pinned(True)
    conversation.set_archived(True)
    buttons = set(re.findall(r"<button[^>]*>(.*?)<", alice_client.get(path_of(conversation, "edit/")).text))
    assert {"Unpin", "Take out of the archive"} <= buttons


def test_an_archived_conversation_leaves_the_lists_and_can_be_read(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    alice_client.post(path_of(conversation, "archive/"), headers=SCRIPT)

    assert groups_of(alice_client.get("/")) == {"Pinned": [], "Today": []}
    assert titles_in(alice_client.get("/conversations/")) == []
    assert titles_in(alice_client.get("/archive/")) == ["One."]
    assert alice_client.get(path_of(conversation)).status_code == 200


def test_the_archive_lists_only_what_is_alices_and_not_deleted(alice_client, alice, bob):
    for owner, title in ((alice, "Kept."), (alice, "Deleted."), (bob, "Foreign.")):
        create_conversation(owner, title).set_archived(True)
    Conversation.objects.get(title="Deleted.").bin()
    assert titles_in(alice_client.get("/archive/")) == ["Kept."]


def test_a_question_takes_a_conversation_out_of_the_archive(alice):
    conversation = create_conversation(alice)
    conversation.set_archived(True)
    finish_answer(ask(conversation, "Again."))
    assert not is_marked(conversation, "archived")


def test_a_conversation_that_is_restored_is_pinned_as_before(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    conversation.set_pinned(True)
    conversation.bin()
    assert groups_of(alice_client.get("/")) == {"Pinned": [], "Today": []}
    conversation.restore()
    assert groups_of(alice_client.get("/")) == {"Pinned": ["One."], "Today": []}


@pytest.mark.parametrize(
    ("action", "undo", "mark"), [("archive", "unarchive", "archived"), ("delete", "restore", "deleted")]
)
def test_several_are_archived_or_deleted_at_once_and_that_is_undone(alice_client, alice, action, undo, mark):
    chosen, other = [create_conversation(alice, title) for title in ("One.", "Two.")], create_conversation(alice)
    ids = [conversation.pk for conversation in chosen]
    for verb, is_set in ((action, True), (undo, False)):
        response = alice_client.post("/conversations/selection/", {"action": verb, "id": ids}, headers=SCRIPT)
        assert response.status_code == 204
        assert [is_marked(it, mark) for it in (*chosen, other)] == [is_set, is_set, False]


def test_a_plain_form_leads_to_where_the_selected_ones_are_now(alice_client, alice):
    ids = [create_conversation(alice).pk]
    for action, place in (("archive", "/archive/"), ("delete", "/bin/")):
        response = alice_client.post("/conversations/selection/", {"action": action, "id": ids})
        assert (response.status_code, response.headers["location"]) == (303, place)


def test_what_is_bobs_stays_as_it_is_when_alice_selects_it(alice_client, bob):
    conversation = create_conversation(bob)
    body = {"action": "delete", "id": [conversation.pk, uuid.uuid4()]}
    assert alice_client.post("/conversations/selection/", body, headers=SCRIPT).status_code == 204
    assert not is_marked(conversation, "deleted")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"action": "archive"}, "Select at least one conversation."),
        ({"action": "archive", "id": ["x"]}, "There is no such conversation."),
        ({"action": "burn", "id": [str(uuid.uuid4())]}, "Choose what to do with the conversations."),
        ({"action": "delete", "id": [str(uuid.uuid4())] * 201}, "Select at most 200 conversations."),
    ],
)
def test_a_selection_that_makes_no_sense_is_refused_with_a_sentence(alice_client, body, sentence):
    response = alice_client.post("/conversations/selection/", body, headers=SCRIPT)
    assert (response.status_code, response.json()["error"]) == (400, sentence)


@pytest.mark.parametrize("action", ["archive", "unarchive"])
def test_what_alice_has_in_the_bin_is_not_archived_with_a_selection(alice_client, alice, action):
    conversation = create_conversation(alice)
    conversation.set_archived(action == "unarchive")
    conversation.bin()
    body = {"action": action, "id": [conversation.pk]}
    assert alice_client.post("/conversations/selection/", body, headers=SCRIPT).status_code == 204
    assert is_marked(conversation, "archived") is (action == "unarchive")


@pytest.mark.parametrize(("action", "method"), [("archive", "set_archived"), ("delete", "bin")])
def test_of_a_selection_all_or_none_are_changed(alice_client, alice, monkeypatch, action, method):
    for title in ("One.", "Two."):
        create_conversation(alice, title)
    change, changed = getattr(Conversation, method), []

    def fail_at_the_second(conversation, *arguments):
        change(conversation, *arguments)
        changed.append(conversation.title)
        if len(changed) == 2:
            raise OperationalError

    monkeypatch.setattr(Conversation, method, fail_at_the_second)
    alice_client.raise_request_exception = False
    body = {"action": action, "id": [str(pk) for pk in Conversation.objects.values_list("pk", flat=True)]}
    assert alice_client.post("/conversations/selection/", body, headers=SCRIPT).status_code == 503

    assert {*changed} == {"One.", "Two."}
    assert not Conversation.objects.exclude(archived=None, deleted=None).exists()
