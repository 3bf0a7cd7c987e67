"""Reading a conversation page by page, and the list of all conversations."""

import re

import pytest

from conversations import markdown
from conversations.models import Conversation, Message
from tests.history import ask, begin, create_conversation, edit, finish_answer
from tests.using_tools import create_answer_with_step
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


def create_long_conversation(owner, questions: int):
    return create_conversation(owner, *(f"Question {number}." for number in range(questions)))


def shown_ids(response) -> list[str]:
    """The ids of the turns in a page, in order."""
    assert response.status_code == 200
    return re.findall(r'data-turn="([0-9a-f-]+)"', response.content.decode())


def ids(messages) -> list[str]:
    return [str(message.pk) for message in messages]


def test_the_page_shows_the_last_forty_turns_and_links_to_those_before(alice_client, alice):
    conversation = create_long_conversation(alice, questions=45)
    thread = ids(conversation.thread())
    page = alice_client.get(path_of(conversation))

    assert shown_ids(page) == thread[50:]
    assert page.context["older"] == f"{path_of(conversation)}?before={thread[50]}"


def test_a_script_gets_older_turns_forty_at_a_time_until_the_first(alice_client, alice):
    conversation = create_long_conversation(alice, questions=45)
    thread = ids(conversation.thread())
    older = alice_client.get(f"{path_of(conversation)}?before={thread[50]}", headers=SCRIPT)
    oldest = alice_client.get(older.context["older"], headers=SCRIPT)

    assert shown_ids(older) == thread[10:50]
    assert shown_ids(oldest) == thread[:10]
    assert oldest.context["older"] == ""
    assert b"<html" not in older.content


def test_older_turns_bring_the_styles_of_their_steps(alice_client, alice):
    create_answer_with_step(alice)
    conversation = Conversation.objects.get()
    for number in range(25):
        finish_answer(ask(conversation, f"Question {number}."))
    page = alice_client.get(path_of(conversation))
    older = alice_client.get(page.context["older"], headers=SCRIPT)

    assert "css/tools" not in page.text.partition("</head>")[0]
    assert b"data-step-state" in older.content
    assert older.content.count(b"css/tools") == 1


def test_there_is_nothing_before_the_first_turn(alice_client, alice):
    conversation = create_conversation(alice)
    assert shown_ids(alice_client.get(f"{path_of(conversation)}?before={conversation.thread()[0].pk}")) == []


def test_a_script_that_knows_the_last_message_is_sent_nothing(alice_client, alice):
    conversation = create_conversation(alice, "One.")
    known, address = conversation.head_id, f"{path_of(conversation)}?head={conversation.head_id}"
    assert alice_client.get(address, headers=SCRIPT).status_code == 204

    finish_answer(ask(conversation, "Two."))
    assert shown_ids(alice_client.get(address, headers=SCRIPT)) == ids(conversation.thread())
    assert str(known) in shown_ids(alice_client.get(address))


def test_a_page_shows_what_is_written_so_far(alice_client, alice):
    answer = begin(alice)
    Message.objects.filter(pk=answer.pk).update(text="The **first** half")
    page = alice_client.get(path_of(answer.conversation))
    assert "The <strong>first</strong> half" in page.text
    assert Message.objects.get(pk=answer.pk).html == ""


def test_a_page_shows_half_typed_markup_as_the_stream_will(alice_client, alice):
    answer = begin(alice)
    Message.objects.filter(pk=answer.pk).update(text="First.\n\nThe **second** and the **thi")
    page = alice_client.get(path_of(answer.conversation))
    renderer = markdown.IncrementalRenderer("First.\n\nThe **second** and the **thi")
    renderer.flush()
    committed, tail = renderer.snapshot()
    assert committed + tail in page.text
    assert "**thi" not in page.text


def test_without_a_script_older_turns_come_as_a_whole_page(alice_client, alice):
    conversation = create_long_conversation(alice, questions=21)
    older = alice_client.get(alice_client.get(path_of(conversation)).context["older"])

    assert shown_ids(older) == ids(conversation.thread()[:2])
    assert b"<!doctype html>" in older.content.lower()


def test_older_turns_are_those_above_the_message_although_another_branch_is_shown_by_now(alice_client, alice):
    conversation = create_conversation(alice, "One.", "Two.")
    thread = conversation.thread()
    finish_answer(edit(conversation, None, "Uno."))

    assert shown_ids(alice_client.get(f"{path_of(conversation)}?before={thread[2].pk}")) == ids(thread[:2])


def test_a_line_shows_which_turns_are_no_longer_sent_also_above_older_turns(alice_client, alice):
    conversation = create_long_conversation(alice, questions=25)
    thread = conversation.thread()
    Message.objects.filter(pk=conversation.head_id).update(sent_from=thread[4])
    page = alice_client.get(path_of(conversation))
    older = alice_client.get(page.context["older"])

    assert not any(turn.left_out_before for turn in page.context["turns"])
    assert [turn.message for turn in older.context["turns"] if turn.left_out_before] == [thread[4]]


@pytest.mark.parametrize("questions", [2, 60])
def test_a_page_takes_the_same_queries_however_long_the_conversation_is(
    alice_client, alice, questions, django_assert_max_num_queries
):
    conversation = create_long_conversation(alice, questions)
    alice_client.get(path_of(conversation))  # caches the rendered answers
    with django_assert_max_num_queries(15):
        alice_client.get(path_of(conversation))


def test_the_list_shows_alices_own_conversations_newest_first(alice_client, alice, bob):
    conversations = [create_conversation(alice, f"Question {number}.") for number in range(52)]
    create_conversation(bob)
    pages = [alice_client.get("/conversations/"), alice_client.get("/conversations/?page=2")]

    listed = [conversation for page in pages for conversation in page.context["page_obj"]]
    assert listed == conversations[::-1]
