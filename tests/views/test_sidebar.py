"""The list of conversations for scripts: what has changed, what is answering or unread, and its older pages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation, Message
from tests.history import ask, begin, create_conversation, finish_answer
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


def titles_of(data) -> list[str]:
    return re.findall(r"data-label[^>]*>(.*?)</a>", data["list"])


def status_of(client, conversation) -> str:
    """What a screen reader says of a conversation in the list, besides its title."""
    html = client.get("/sidebar/").json()["list"]
    row = html.partition(f'data-conversation="{conversation.pk}"')[2].partition("</li>")[0]
    found = re.search(r'class="visually-hidden">(.*?)<', row)
    return found[1] if found else ""


def test_nothing_is_sent_while_nothing_has_changed(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    address = f"/sidebar/?open={conversation.pk}"
    first = alice_client.get(address)
    assert titles_of(first.json()) == ["One."]

    known = {"If-None-Match": first.headers["ETag"]}
    unchanged = alice_client.get(address, headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    conversation.rename("Uno.")
    assert titles_of(alice_client.get(address, headers=known).json()) == ["Uno."]


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.rename("Uno."),
        lambda it: it.set_pinned(True),
        lambda it: it.set_archived(True),
        lambda it: it.bin(),
        lambda it: ask(it, "Again."),
        lambda it: create_conversation(it.owner, "Another one."),
        lambda it: it.messages.update(finished=timezone.now() + timedelta(minutes=1)),
    ],
)
def test_every_change_of_the_list_is_sent(alice_client, alice, change):
    conversation = create_conversation(alice, "One.")
    Conversation.objects.filter(pk=conversation.pk).mark_read()
    etag = alice_client.get("/sidebar/").headers["ETag"]
    change(conversation)
    assert alice_client.get("/sidebar/", headers={"If-None-Match": etag}).status_code == 200


def test_a_page_learns_what_its_open_conversation_is_now(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    conversation.set_pinned(True)
    expected = {"id": str(conversation.pk), "head": str(conversation.head_id), "title": "One.", "state": "complete"}
    marks = {"pinned": True, "archived": False, "summarizable": False}
    address = f"/sidebar/?open={conversation.pk}"
    assert alice_client.get(address).json()["conversation"] == {**expected, **marks}

    conversation.bin()
    assert alice_client.get(address).json()["conversation"] is None


def test_what_is_bobs_is_neither_listed_nor_described(alice_client, bob):
    conversation = create_conversation(bob, "Foreign.")
    data = alice_client.get(f"/sidebar/?open={conversation.pk}").json()
    assert (titles_of(data), data["conversation"]) == ([], None)


@pytest.mark.parametrize("query", ["open=x", "updated=x", "id=x", "updated=2026-13-01&id=1", "open=%00"])
def test_an_address_that_makes_no_sense_is_refused_with_a_sentence(alice_client, query):
    response = alice_client.get(f"/sidebar/?{query}", headers=SCRIPT)
    assert response.status_code == 400
    assert response.json()["error"]


def test_older_pages_follow_one_another_without_gaps_also_at_the_same_moment(alice_client, alice):
    moment = timezone.now()
    titles = [f"Number {number}." for number in range(120)]
    Conversation.objects.bulk_create(Conversation(owner=alice, title=title, updated=moment) for title in titles)
    seen, address = [], "/sidebar/"
    while address:
        html = alice_client.get(address).json()
        seen.append(titles_of(html))
        link = re.search(r'data-list="(.*?)"', html["list"])
        address = link[1].replace("&amp;", "&") if link else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    assert sorted(title for page in seen for title in page) == sorted(titles)


def test_without_scripts_the_link_to_older_conversations_leads_to_the_list_of_all(alice_client, alice):
    Conversation.objects.bulk_create(Conversation(owner=alice, title=f"Number {number}.") for number in range(51))
    page = alice_client.get("/").text
    assert re.search(r'<a href="/conversations/\?page=2"[^>]*>Older conversations</a>', page)


def test_the_list_takes_the_same_queries_however_long_it_is(alice_client, alice, django_assert_num_queries):
    for _twice in range(2):
        created = [Conversation(owner=alice, title="One.") for _number in range(30)]
        opened = Conversation.objects.bulk_create(created)[0]
        with django_assert_num_queries(5):
            alice_client.get(f"/sidebar/?open={opened.pk}")


# What is answering, and what is unread


def test_a_conversation_says_that_claude_is_answering(alice_client, alice):
    answer = begin(alice)
    assert status_of(alice_client, answer.conversation) == "Claude is answering"


def test_an_answer_that_ended_after_alice_had_left_is_new_until_she_opens_it(alice_client, alice):
    answer = begin(alice)
    alice_client.get(path_of(answer.conversation))
    finish_answer(answer)
    assert status_of(alice_client, answer.conversation) == "New answer"

    alice_client.get(path_of(answer.conversation))
    assert status_of(alice_client, answer.conversation) == ""


def test_an_answer_that_a_visible_page_shows_is_not_new(alice_client, alice):
    answer = begin_unread(alice)
    data = alice_client.get(f"/sidebar/?open={answer.conversation_id}").json()
    assert "New answer" not in data["list"]
    assert status_of(alice_client, answer.conversation) == ""


def test_bob_cannot_mark_what_is_alices_as_read(client, alice, bob):
    answer = begin_unread(alice)
    client.force_login(bob)
    client.get(f"/sidebar/?open={answer.conversation_id}")
    client.force_login(alice)
    assert status_of(client, answer.conversation) == "New answer"


def begin_unread(owner) -> Message:
    """An answer that has ended since its conversation was opened."""
    answer = begin(owner)
    Conversation.objects.filter(pk=answer.conversation_id).mark_read(timezone.now() - timedelta(minutes=1))
    return finish_answer(answer)


def test_what_a_program_has_asked_is_not_new(alice_client, alice):
    assert status_of(alice_client, create_conversation(alice)) == ""


def test_reading_a_conversation_again_writes_nothing(alice_client, alice):
    conversation = create_conversation(alice)
    alice_client.get(path_of(conversation))
    read_at = Conversation.objects.get().read_at
    alice_client.get(path_of(conversation))
    assert Conversation.objects.get().read_at == read_at


def test_a_question_of_a_page_makes_the_end_of_its_answer_news(site, alice_visitor, alice_client):
    stream = alice_visitor.ask("[[echo:Yes.]]")
    conversation = Message.objects.get(pk=stream.start["reply"]).conversation
    assert status_of(alice_client, conversation) == "New answer"


# Asking from a page that does not show everything


def test_a_question_below_an_older_turn_is_refused_and_comes_back_with_what_is_new(alice_visitor, alice):
    conversation = create_conversation(alice, "One.")
    seen = conversation.head_id
    finish_answer(ask(conversation, "Two."), "The second answer.")
    body = {"text": "What I typed.", "after": str(seen)}

    refused = alice_visitor.http.post(path_of(conversation, "messages/"), data=body, headers=SCRIPT)
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    assert refused.json()["error"].startswith("This conversation has gone on elsewhere.")

    page = alice_visitor.http.post(path_of(conversation, "messages/"), data=body)
    assert page.status_code == 409
    conversation.refresh_from_db()
    for expected in ("The second answer.", "What I typed.", "gone on elsewhere", f'value="{conversation.head_id}"'):
        assert expected in page.text
    assert conversation.messages.count() == 4


def test_a_question_below_the_last_turn_is_asked(alice_visitor, alice):
    conversation = create_conversation(alice, "One.")
    stream = alice_visitor.ask("[[echo:Yes.]]", conversation.pk, after=str(conversation.head_id))
    assert stream.end["state"] == "complete"
