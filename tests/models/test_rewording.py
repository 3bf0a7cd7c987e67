"""Storing a question in other words without asking it again: the answers and the earlier words stay."""

import pytest

from conversations.models import Busy, Conversation, IdempotencyKey, Message, UnknownMessage
from tests.history import ask, begin, create_conversation, edit, finish_answer, retry, texts

pytestmark = pytest.mark.django_db


def test_the_answers_stay_below_the_new_words_and_below_the_old_ones(alice):
    conversation = create_conversation(alice, "Wy?", "And then?")
    before = conversation.thread()
    new = conversation.reword(before[0].pk, "Why?")

    assert texts(conversation.thread()) == ["Why?", "An answer.", "And then?", "An answer."]
    assert (new.parent, new.text, conversation.thread()[0]) == (None, "Why?", new)
    assert not {message.pk for message in before} & {message.pk for message in conversation.thread()}
    conversation.switch_to(before[0].pk)
    assert conversation.thread() == before
    assert texts(before) == ["Wy?", "An answer.", "And then?", "An answer."]


def test_the_turns_above_are_shared_and_not_copied(alice):
    conversation = create_conversation(alice, "One.", "Tow.")
    before = conversation.thread()
    conversation.reword(before[2].pk, "Two.")
    assert conversation.thread()[:2] == before[:2]
    assert conversation.messages.count() == 6


def test_copied_answers_keep_their_fields_and_dates(alice):
    conversation = create_conversation(alice, "Wy?")
    Message.objects.filter(pk=conversation.head_id).update(content=[{"type": "text", "text": "x"}], request_id="req_1")
    question, answer = conversation.thread()
    conversation.reword(question.pk, "Why?")
    copy = conversation.thread()[1]
    for name in ("text", "content", "state", "ending", "model", "system", "request_id", "created", "finished"):
        assert getattr(copy, name) == getattr(answer, name), name
    assert copy.created < conversation.thread()[0].created


def test_the_first_message_that_was_sent_becomes_its_copy(alice):
    conversation = create_conversation(alice, "One.", "Two.", "Three.")
    first, _, second, *_ = conversation.thread()
    Message.objects.filter(pk=conversation.head_id).update(sent_from=second)
    conversation.reword(first.pk, "Uno.")
    assert conversation.head.sent_from == conversation.thread()[2]


def test_only_the_branch_that_is_shown_is_copied(alice):
    conversation = create_conversation(alice, "One.")
    first = finish_answer(retry(conversation.head), "The second answer.")
    conversation.switch_to(conversation.messages.get(text="An answer.").pk)
    conversation.reword(first.parent_id, "Uno.")
    assert texts(conversation.thread()) == ["Uno.", "An answer."]


def test_a_question_of_another_branch_is_copied_with_its_newest_answer(alice):
    conversation = create_conversation(alice, "One.")
    old = conversation.thread()[0]
    finish_answer(edit(conversation, None, "Two."), "Another answer.")
    conversation.reword(old.pk, "Uno.")
    assert texts(conversation.thread()) == ["Uno.", "An answer."]


def test_the_same_words_add_no_version(alice):
    conversation = create_conversation(alice, "One.")
    assert conversation.reword(conversation.thread()[0].pk, "One.") == conversation.thread()[0]
    assert conversation.messages.count() == 2


def test_a_repeat_with_the_same_key_adds_one_version(alice):
    conversation = create_conversation(alice, "One.")
    question = conversation.thread()[0].pk
    versions = [conversation.reword(question, "Uno.", key="k") for _twice in range(2)]
    assert versions[0] == versions[1]
    assert (conversation.messages.count(), IdempotencyKey.objects.count()) == (4, 1)


def test_answers_and_questions_of_other_conversations_cannot_be_reworded(alice, bob):
    conversation, foreign = create_conversation(alice), create_conversation(bob)
    for other in (conversation.head_id, foreign.thread()[0].pk, foreign.head_id):
        with pytest.raises(UnknownMessage):
            conversation.reword(other, "Mine.")
    assert Message.objects.count() == 4


def test_nothing_is_reworded_while_an_answer_is_written(alice):
    conversation = create_conversation(alice, "One.")
    question = conversation.thread()[0].pk
    ask(conversation, "Two.")
    with pytest.raises(Busy):
        conversation.reword(question, "Uno.")
    assert conversation.messages.count() == 4


def test_running_answers_in_other_conversations_do_not_prevent_it(alice):
    conversation = create_conversation(alice, "One.")
    for _ in range(3):
        begin(alice)
    conversation.reword(conversation.thread()[0].pk, "Uno.")
    assert texts(Conversation.objects.get(pk=conversation.pk).thread()) == ["Uno.", "An answer."]
