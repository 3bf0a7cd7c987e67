"""Messages of many people are found by the words in their texts, newest first."""

from datetime import timedelta

import pytest

from conversations.models import Message
from conversations.search import messages
from conversations.search.messages import find_newest_messages, older_than
from tests.history import begin, create_conversation, texts


def find(*words, number=10, owners=()):
    return texts(find_newest_messages(Message.objects.all(), words, number, owners=[owner.pk for owner in owners]))


def test_a_message_must_contain_all_words_in_any_case(alice):
    create_conversation(alice, "The canary and the cage", "Only the canary", "Only the cage")
    assert find("CAGE", "Canary", owners=[alice]) == ["The canary and the cage"]


def test_no_more_messages_are_returned_than_asked_for_and_these_are_the_newest(alice):
    create_conversation(alice, "Canary 0", "Canary 1", "Canary 2")
    assert find("canary", number=2, owners=[alice]) == ["Canary 2", "Canary 1"]


def test_an_answer_that_is_being_written_is_not_found(alice):
    answer = begin(alice)
    Message.objects.filter(pk=answer.pk).update(text="A growing canary")
    assert find("canary", owners=[alice]) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [("Un café", "CAFE"), ("canaries", "canar"), ("100%_", "100%_"), ("今天天气很好", "天气很")],
)
def test_accents_and_ends_of_words_make_no_difference_and_signs_do(alice, text, word):
    create_conversation(alice, text, "Un thé", "100_%", "天气不很好")
    assert find(word, owners=[alice]) == [text]


def test_the_newest_messages_of_more_people_than_one_query_takes_are_found(alice, bob, monkeypatch):
    monkeypatch.setattr(messages, "OWNERS_PER_QUERY", 1)
    for person, text in ((alice, "Canary 0"), (bob, "Canary 1"), (alice, "Canary 2")):
        create_conversation(person, text)
    assert find("canary", number=2, owners=[alice, bob]) == ["Canary 2", "Canary 1"]


def test_older_messages_of_the_same_moment_are_told_apart_by_their_ids(alice):
    conversation = create_conversation(alice, "one", "two")
    conversation.messages.update(created=conversation.created + timedelta(seconds=1))
    newest_first = list(Message.objects.order_by("-created", "-id"))
    assert list(Message.objects.filter(older_than(newest_first[1])).order_by("-created", "-id")) == newest_first[2:]
