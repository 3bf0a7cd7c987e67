"""Turns that took place elsewhere, sent with a first question."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.models import Conversation, EarlierTurn, FileGone, Message, Question
from conversations.replies.start import build_request, store_question
from tests.history import TEST_RUNNER, create_file

pytestmark = pytest.mark.django_db


def ask_with(alice, number):
    """Ask after `number` earlier turns."""
    turns = tuple(EarlierTurn("assistant" if index % 2 else "user", f"Turn {index}") for index in range(number))
    question = Question(text="And now?", model="claude-sonnet-5-5", earlier=turns)
    return store_question(Conversation.draft(alice, question), question, TEST_RUNNER).answer


def test_earlier_turns_are_stored_in_their_order_as_if_they_had_been_asked_here(alice):
    answer = ask_with(alice, 4)
    *earlier, question, last = answer.conversation.thread()
    assert [(turn.role, turn.text) for turn in earlier] == [
        ("user", "Turn 0"),
        ("assistant", "Turn 1"),
        ("user", "Turn 2"),
        ("assistant", "Turn 3"),
    ]
    assert (question.text, last) == ("And now?", answer)
    assert earlier[1].content == [{"type": "text", "text": "Turn 1"}]
    assert {(turn.state, turn.heartbeat) for turn in earlier} == {("complete", None)}
    assert all(turn.finished for turn in earlier)
    assert [turn.created for turn in earlier] == sorted({turn.created for turn in earlier})


def test_a_question_that_is_only_a_file_gives_its_conversation_the_name_of_the_file(alice):
    file = create_file(alice, "tides.txt")
    turns = (EarlierTurn("user", "Hello."), EarlierTurn("assistant", "Hello!"))
    question = Question(text="", model="claude-sonnet-5-5", earlier=turns, attachments=(file.pk,))
    store_question(Conversation.draft(alice, question), question, TEST_RUNNER)

    assert Conversation.objects.get().title == "tides.txt"


def test_claude_is_sent_all_of_them(alice):
    messages = build_request(ask_with(alice, 2)).messages
    assert [(message["role"], message["content"][0]["text"]) for message in messages] == [
        ("user", "Turn 0"),
        ("assistant", "Turn 1"),
        ("user", "And now?"),
    ]


def test_the_number_of_queries_does_not_depend_on_the_number_of_turns(alice):
    counts = []
    # The first one also begins the month.
    for number in (1, 2, 1_000):
        with CaptureQueriesContext(connection) as queries:
            answer = ask_with(alice, number)
        counts.append(len(queries))
        Message.objects.filter(pk=answer.pk).update(state="complete")
    assert counts[1] == counts[2]


def ask_after_a_turn_with(alice, *files):
    turns = (EarlierTurn("user", "What is it?", files), EarlierTurn("assistant", "A sheet."))
    question = Question(text="And now?", model="claude-sonnet-5-5", earlier=turns)
    return store_question(Conversation.draft(alice, question), question, TEST_RUNNER).answer


def test_an_earlier_turn_that_names_a_file_twice_holds_it_once(alice):
    file = create_file(alice)
    first = ask_after_a_turn_with(alice, file.pk, file.pk).conversation.messages.get(text="What is it?")
    assert [block["type"] for block in first.content] == ["document", "text"]
    assert first.attachments.get() == file


def test_an_earlier_turn_with_a_file_that_is_gone_or_of_another_person_is_refused(alice, bob):
    for file in (create_file(bob).pk, uuid4()):
        with pytest.raises(FileGone):
            ask_after_a_turn_with(alice, file)
    assert not Conversation.objects.exists()
