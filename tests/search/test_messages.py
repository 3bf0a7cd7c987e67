"""Messages are found by the words in their texts, newest first."""

from datetime import timedelta

import pytest
from django.db import connection

from conversations.models import Message
from conversations.search import messages
from conversations.search.messages import containing, find_newest_messages, older_than
from tests.history import begin, create_conversation, texts


@pytest.fixture
def short_scan(monkeypatch):
    """Only the two newest messages are scanned before the index is used."""
    monkeypatch.setattr(messages, "RECENT_SCAN", 2)


def test_a_message_must_contain_all_words_in_any_case(alice):
    create_conversation(alice, "The canary and the cage", "Only the canary", "Only the cage")
    assert texts(find_newest_messages(Message.objects.all(), ["CAGE", "Canary"], 10)) == ["The canary and the cage"]


def test_no_more_messages_are_returned_than_asked_for_and_these_are_the_newest(alice):
    create_conversation(alice, "Canary 0", "Canary 1", "Canary 2")
    assert texts(find_newest_messages(Message.objects.all(), ["canary"], 2)) == ["Canary 2", "Canary 1"]


def test_an_answer_that_is_being_written_is_not_found(alice):
    answer = begin(alice)
    Message.objects.filter(pk=answer.pk).update(text="A growing canary")
    assert find_newest_messages(Message.objects.all(), ["canary"], 10) == []


@pytest.mark.parametrize("word", ["Canary", "100%_"])
def test_a_word_that_is_rare_in_the_newest_messages_is_found_in_all(alice, short_scan, word):
    create_conversation(alice, *(f"{word} {number}" for number in range(3)), "parrot", "parrot")
    found = find_newest_messages(Message.objects.all(), [word], 10)
    assert texts(found) == [f"{word} 2", f"{word} 1", f"{word} 0"]


def test_a_word_that_is_frequent_is_found_without_the_second_query(alice, short_scan, django_assert_num_queries):
    create_conversation(alice, "Canary 0", "Canary 1")
    with django_assert_num_queries(2):  # where the scan begins, and the scan
        assert texts(find_newest_messages(Message.objects.all(), ["canary"], 1)) == ["Canary 1"]


def test_older_messages_of_the_same_moment_are_told_apart_by_their_ids(alice):
    conversation = create_conversation(alice, "one", "two")
    conversation.messages.update(created=conversation.created + timedelta(seconds=1))
    newest_first = list(Message.objects.order_by("-created", "-id"))
    assert list(Message.objects.filter(older_than(newest_first[1])).order_by("-created", "-id")) == newest_first[2:]


if connection.vendor == "postgresql":

    def test_the_index_of_words_is_used(alice):
        with connection.cursor() as cursor:  # as it plans with many rows
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        assert "message_words" in Message.objects.exclude(state="writing").filter(containing(["canary"])).explain()
