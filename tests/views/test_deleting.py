"""Putting a conversation into the bin and restoring it, by script and by plain form."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from conversations.models import Conversation, Message
from conversations.models.retention import BIN_PERIOD
from tests.history import begin, create_conversation
from tests.site import eventually
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


def create_binned(owner, question: str, days_ago: int = 0):
    conversation = create_conversation(owner, question)
    conversation.bin()
    Conversation.objects.filter(pk=conversation.pk).update(deleted=timezone.now() - timedelta(days=days_ago))
    return conversation


def is_binned(conversation) -> bool:
    return Conversation.objects.get(pk=conversation.pk).deleted is not None


def test_a_script_deletes(alice_client, alice):
    conversation = create_conversation(alice)
    assert alice_client.delete(path_of(conversation)).status_code == 204
    assert is_binned(conversation)


def test_a_plain_form_deletes_and_leads_to_the_bin(alice_client, alice):
    conversation = create_conversation(alice)
    response = alice_client.post(path_of(conversation, "delete/"))
    assert (response.status_code, response.headers["location"]) == (303, "/bin/")
    assert is_binned(conversation)


def test_deleting_again_keeps_the_first_date(alice_client, alice):
    conversation = create_binned(alice, "One.", days_ago=5)
    first = Conversation.objects.get().deleted

    assert alice_client.delete(path_of(conversation)).status_code == 204
    assert alice_client.post(path_of(conversation, "delete/"), headers=SCRIPT).status_code == 204
    assert alice_client.post(path_of(conversation, "delete/")).status_code == 303
    assert Conversation.objects.get().deleted == first


def test_a_conversation_in_the_bin_can_only_be_restored(alice_client, alice):
    conversation = create_binned(alice, "One.")
    assert alice_client.get(path_of(conversation)).status_code == 404
    assert alice_client.get(path_of(conversation, "edit/")).status_code == 404
    assert alice_client.get(f"/messages/{conversation.head_id}/reply/").status_code == 404
    assert alice_client.post(path_of(conversation, "messages/"), {"text": "Hi"}).status_code == 404
    assert str(conversation.pk) not in alice_client.get("/conversations/").content.decode()


@pytest.mark.parametrize("action", ["messages", "reword"])
def test_a_text_for_a_deleted_conversation_comes_back_in_a_new_one(alice_client, alice, action):
    conversation = create_binned(alice, "One.")
    question = conversation.messages.get(role="user")
    paths = {"messages": path_of(conversation, "messages/"), "reword": f"/messages/{question.pk}/reword/"}
    page = alice_client.post(paths[action], {"text": "A long thought", "question": question.pk})
    assert page.status_code == 404
    assert (page.context["conversation"], page.context["draft"]) == (None, "A long thought")
    assert "This conversation was deleted." in page.text


def test_a_question_to_what_is_bobs_looks_like_one_to_what_was_deleted(alice_client, alice, bob):
    of_bob, deleted = create_conversation(bob), create_binned(alice, "One.")
    answers = [alice_client.post(path_of(it, "messages/"), {"text": "Hi"}, headers=SCRIPT) for it in (of_bob, deleted)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


def test_a_plain_form_restores_and_leads_to_the_conversation(alice_client, alice):
    conversation = create_binned(alice, "One.")
    response = alice_client.post(path_of(conversation, "restore/"))

    assert (response.status_code, response.headers["location"]) == (303, path_of(conversation))
    assert alice_client.get(path_of(conversation)).status_code == 200
    assert b"The bin is empty." in alice_client.get("/bin/").content


def test_restoring_twice_changes_nothing(alice_client, alice):
    conversation = create_binned(alice, "One.")
    for _twice in range(2):
        assert alice_client.post(path_of(conversation, "restore/"), headers=SCRIPT).status_code == 204
        assert not is_binned(conversation)


def test_bob_can_neither_delete_nor_restore_what_is_alices(client, alice, bob):
    listed, binned = create_conversation(alice), create_binned(alice, "Binned.")
    client.force_login(bob)

    assert client.delete(path_of(listed)).status_code == 404
    assert client.post(path_of(listed, "delete/")).status_code == 404
    assert client.post(path_of(binned, "restore/")).status_code == 404
    assert (is_binned(listed), is_binned(binned)) == (False, True)


def test_the_bin_lists_the_latest_first_and_until_when_each_can_be_restored(alice_client, alice):
    older, newer = create_binned(alice, "Older.", days_ago=5), create_binned(alice, "Newer.")
    page = alice_client.get("/bin/")

    assert [conversation.pk for conversation in page.context["page_obj"]] == [newer.pk, older.pk]
    day = date_format(timezone.localtime() - timedelta(days=5) + BIN_PERIOD, "j F Y")
    assert f"kept until {day}" in page.content.decode()


def test_the_bin_lists_neither_what_is_kept_nor_what_bob_deleted(alice_client, alice, bob):
    create_conversation(alice)
    create_binned(bob, "Foreign.")
    assert list(alice_client.get("/bin/").context["page_obj"]) == []


@pytest.mark.parametrize("page", ["", "x", "-1", "9" * 5000, "%00"])
def test_a_page_of_the_bin_that_does_not_exist_is_answered_with_one_that_does(alice_client, page):
    assert alice_client.get(f"/bin/?page={page}").status_code == 200


def test_the_list_and_the_bin_take_the_same_queries_however_long_they_are(
    alice_client, alice, django_assert_max_num_queries
):
    for number in range(60):
        conversation = Conversation.objects.create(owner=alice, title=f"Number {number}.")
        if number % 2:
            conversation.bin()
    for path in ("/conversations/", "/bin/"):
        with django_assert_max_num_queries(8):
            alice_client.get(path)


@pytest.mark.parametrize("action", ["delete/", ""])
def test_deleting_asks_a_running_answer_to_stop(alice_client, alice, action):
    answer = begin(alice)
    path = path_of(answer.conversation, action)
    alice_client.post(path) if action else alice_client.delete(path)
    answer.refresh_from_db()
    assert (answer.state, answer.stop_requested) == ("writing", "deleted")


def test_deleting_ends_a_running_stream(alice_visitor, alice):
    with alice_visitor.asking("[[endless]]") as stream:
        answer = stream.start["reply"]
        assert alice_visitor.http.delete(f"/conversations/{stream.start['conversation']}/").status_code == 204
        assert (stream.end["state"], stream.end["ending"]) == ("stopped", "deleted")
    eventually(lambda: Message.objects.get(pk=answer).state == "stopped")
