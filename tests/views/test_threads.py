"""Reading a conversation, page by page and version by version; renaming it, binning it, taking it back."""

import re

import pytest

from conversations.models import Conversation, Message
from tests.history import begin, create_conversation, edit, finish_answer
from tests.site import Visitor, eventually

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "fetch"}


def shown(response) -> list[str]:
    """The ids of the turns in a page, in order."""
    assert response.status_code == 200
    return re.findall(r'data-turn="([0-9a-f-]+)"', response.content.decode())


def ids(messages) -> list[str]:
    return [str(message.pk) for message in messages]


def test_the_page_shows_the_last_forty_turns_and_a_way_to_those_before(alice_client, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(45)))
    path, thread = f"/conversations/{conversation.pk}/", ids(conversation.thread())

    page = alice_client.get(path)
    assert shown(page) == thread[50:]
    assert page.context["older"] == f"{path}?before={thread[50]}"
    older = alice_client.get(page.context["older"], headers=SCRIPT)
    assert shown(older) == thread[10:50]
    oldest = alice_client.get(older.context["older"], headers=SCRIPT)
    assert shown(oldest) == thread[:10]
    assert oldest.context["older"] == ""
    assert shown(alice_client.get(f"{path}?before={thread[0]}")) == []


def test_without_a_script_older_turns_come_as_a_whole_page(alice_client, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(21)))
    older = alice_client.get(alice_client.get(f"/conversations/{conversation.pk}/").context["older"])

    assert shown(older) == ids(conversation.thread()[:2])
    assert b"<!doctype html>" in older.content.lower()
    assert (
        b"<html"
        not in alice_client.get(older.request["PATH_INFO"], {"before": conversation.head_id}, headers=SCRIPT).content
    )


def test_older_turns_are_those_above_the_message_although_another_branch_is_shown_by_now(alice_client, alice):
    conversation = create_conversation(alice, "One.", "Two.")
    thread = conversation.thread()
    finish_answer(edit(conversation, None, "Uno."))

    assert shown(alice_client.get(f"/conversations/{conversation.pk}/?before={thread[2].pk}")) == ids(thread[:2])


def test_a_line_shows_what_is_no_longer_sent_also_above_older_turns(alice_client, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(25)))
    thread = conversation.thread()
    Message.objects.filter(pk=conversation.head_id).update(sent_from=thread[4])
    page = alice_client.get(f"/conversations/{conversation.pk}/")
    older = alice_client.get(page.context["older"])

    assert b"left-out" not in page.content
    assert [str(turn.message.pk) for turn in older.context["turns"] if turn.left_out_before] == [str(thread[4].pk)]


@pytest.mark.parametrize("questions", [2, 60])
def test_a_page_costs_the_same_queries_however_long_the_conversation_is(
    alice_client, alice, questions, django_assert_max_num_queries
):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(questions)))
    alice_client.get(f"/conversations/{conversation.pk}/")
    with django_assert_max_num_queries(12):
        alice_client.get(f"/conversations/{conversation.pk}/")


def test_alice_looks_at_another_version_and_finds_it_again(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    old = ids(conversation.thread())
    finish_answer(edit(conversation, None, "Uno."))
    path = f"/conversations/{conversation.pk}/"
    assert b"Version 2 of 2" in alice_client.get(path).content

    assert alice_client.post(path, {"head": old[0]}, headers=SCRIPT).status_code == 204
    page = alice_client.get(path)
    assert shown(page) == old
    assert b"Version 1 of 2" in page.content
    by_form = alice_client.post(path, {"head": old[1]})
    assert (by_form.status_code, by_form.headers["location"]) == (303, path)


def test_alice_renames_a_conversation_and_the_list_shows_it(alice_client, alice):
    conversation = create_conversation(alice)
    path = f"/conversations/{conversation.pk}/"
    updated = Conversation.objects.get().updated

    assert alice_client.post(path, {"title": "  Skies & colours  "}, headers=SCRIPT).status_code == 204
    assert (Conversation.objects.get().title, Conversation.objects.get().updated) == ("Skies & colours", updated)
    assert b"Skies &amp; colours" in alice_client.get("/conversations/").content


def test_all_changes_of_one_request_happen_or_none(alice_client, alice, bob):
    conversation, foreign = create_conversation(alice, "One."), create_conversation(bob)
    path = f"/conversations/{conversation.pk}/"
    assert alice_client.post(path, {"title": "New", "head": foreign.head_id}).status_code == 404
    assert Conversation.objects.get(pk=conversation.pk).title == "One."


def test_alice_bins_a_conversation_and_takes_it_back(alice_client, alice):
    conversation = create_conversation(alice)
    path = f"/conversations/{conversation.pk}/"
    assert alice_client.delete(path).status_code == 204
    binned = Conversation.objects.get().deleted
    assert binned

    assert alice_client.get(path).status_code == 404
    assert alice_client.get(f"/messages/{conversation.head_id}/reply/").status_code == 404
    assert alice_client.post(path + "messages/", {"text": "Hi"}).status_code == 404
    assert alice_client.post(path, {"title": "New"}).status_code == 404
    assert str(conversation.pk) not in alice_client.get("/conversations/").content.decode()

    assert alice_client.delete(path).status_code == 204
    assert Conversation.objects.get().deleted == binned
    for _twice in range(2):
        assert alice_client.post(path, {"deleted": "0"}, headers=SCRIPT).status_code == 204
        assert alice_client.get(path).status_code == 200


def test_an_empty_undo_leaves_the_bin_as_it_is(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    path = f"/conversations/{conversation.pk}/"
    alice_client.delete(path)
    assert alice_client.post(path, {"deleted": "", "title": "New"}).status_code == 400
    stored = Conversation.objects.get()
    assert (stored.title, bool(stored.deleted)) == ("One.", True)


def test_the_list_is_of_her_own_conversations_newest_first(alice_client, alice, bob):
    mine = [create_conversation(alice, f"Question {number}.") for number in range(52)]
    foreign = create_conversation(bob)
    first, second = alice_client.get("/conversations/"), alice_client.get("/conversations/?page=2")

    listed = [str(each.pk) for page in (first, second) for each in page.context["page_obj"]]
    assert listed == [str(each.pk) for each in reversed(mine)]
    assert str(foreign.pk) not in first.content.decode()


def test_a_reply_that_is_being_written_is_asked_to_stop_in_the_bin(alice_client, alice):
    answer = begin(alice)
    alice_client.delete(f"/conversations/{answer.conversation_id}/")
    answer.refresh_from_db()
    assert (answer.state, answer.stop_requested) == ("writing", "deleted")


def test_a_stream_ends_when_its_conversation_goes_into_the_bin(site, alice):
    visitor = Visitor(site, alice)
    with visitor.asking("[[endless]]") as stream:
        answer = stream.start["reply"]
        assert visitor.http.delete(f"/conversations/{stream.start['conversation']}/").status_code == 204
        assert (stream.end["state"], stream.end["ending"]) == ("stopped", "deleted")
    eventually(lambda: Message.objects.get(pk=answer).state == "stopped")
