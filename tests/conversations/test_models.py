"""The models' verbs, and how many questions each asks the database."""

import uuid

import pytest

from conversations.models import Busy, Conversation, IdempotencyKey, KeyReused, Message, TooManyRunning, UnknownMessage
from conversations.models.title import first_words
from conversations.replies.beginning import begin
from tests.conversations.history import ASKED, MODEL, answer_with, answered, begun, texts

pytestmark = pytest.mark.django_db


def test_alice_begins_a_conversation_and_an_empty_answer_waits_to_be_written(alice):
    answer = begun(alice, "Why is the sky blue?")

    conversation = Conversation.objects.owned_by(alice).get()
    assert (conversation.title, conversation.head) == ("Why is the sky blue?", answer)
    assert texts(conversation.thread()) == ["Why is the sky blue?", ""]
    assert (answer.state, answer.model, answer.runner) == ("writing", MODEL, "the-tests")
    assert answer.system == "You are a helpful assistant."


def test_alice_asks_again_under_what_is_shown(alice):
    conversation = answered(alice, "One.", "Two.")

    assert texts(conversation.thread()) == ["One.", "An answer.", "Two.", "An answer."]
    assert conversation.head.parent.text == "Two."


def test_alice_cannot_ask_revise_or_retry_while_an_answer_is_written_on_any_branch(alice):
    conversation = answered(alice, "One.")
    done = conversation.head
    conversation.revise(None, "Another one.", **ASKED)
    conversation.switch_to(done.pk)

    with pytest.raises(Busy):
        conversation.ask("Two.", **ASKED)
    with pytest.raises(Busy):
        conversation.revise(None, "A third one.", **ASKED)
    with pytest.raises(Busy):
        conversation.retry(done, **ASKED)
    assert conversation.messages.count() == 4


def test_alice_revises_a_question_and_both_versions_stay(alice):
    conversation = answered(alice, "One.", "Two.")
    second = conversation.head.parent
    answer_with(conversation.revise(second.parent_id, "Two, differently.", **ASKED), "Another answer.")

    assert texts(conversation.thread()) == ["One.", "An answer.", "Two, differently.", "Another answer."]
    assert texts(conversation.thread(second.children.get().pk)) == ["One.", "An answer.", "Two.", "An answer."]


def test_alice_retries_and_the_new_answer_stands_beside_the_old_one(alice):
    conversation = answered(alice, "One.")
    old = conversation.head
    new = answer_with(conversation.retry(old, **ASKED), "A better answer.")

    assert new.parent_id == old.parent_id
    assert conversation.head == new
    assert Message.objects.get(pk=old.pk).text == "An answer."


def test_switching_shows_the_newest_leaf_below_the_chosen_version(alice):
    conversation = answered(alice, "One.", "Two.")
    question, leaf = conversation.thread()[0], conversation.head
    answer_with(conversation.revise(None, "Uno.", **ASKED))
    conversation.switch_to(question.pk)

    conversation.refresh_from_db()
    assert conversation.head == leaf


def test_a_message_of_another_conversation_can_be_neither_parent_nor_head(alice):
    here, elsewhere = answered(alice), answered(alice)
    for foreign in (elsewhere.head_id, uuid.uuid4()):
        with pytest.raises(UnknownMessage):
            here.revise(foreign, "Two.", **ASKED)
        with pytest.raises(UnknownMessage):
            here.switch_to(foreign)
    assert here.messages.count() == 2


def test_a_question_cannot_be_put_under_a_question_beside_its_answer(alice):
    conversation = answered(alice)
    with pytest.raises(UnknownMessage):
        conversation.revise(conversation.thread()[0].pk, "Two.", **ASKED)
    assert conversation.messages.count() == 2


def test_alice_may_have_three_running_answers_and_bob_is_not_counted(alice, bob, settings):
    settings.CHAT_MAX_RUNNING_PER_PERSON = 3
    running = [begun(alice), begun(alice), begun(alice)]
    with pytest.raises(TooManyRunning):
        begun(alice)
    begun(bob)

    answer_with(running[0])
    begun(alice)
    assert Conversation.objects.owned_by(alice).count() == 4


def test_a_key_gives_the_same_reply_again_and_refuses_another_wish(alice, bob):
    first = begun(alice, "One.", key="k")

    assert begun(alice, "One.", key="k") == first
    with pytest.raises(KeyReused):
        begun(alice, "Two.", key="k")
    with pytest.raises(KeyReused):
        first.conversation.ask("One.", **ASKED, key="k")
    assert begun(bob, "Two.", key="k") != first
    assert IdempotencyKey.objects.count() == 2


def test_only_the_first_ending_counts_and_the_longer_text_stays(alice):
    answer = begun(alice)
    assert answer.finish(state="interrupted", ending="lost", text="Half")
    assert not answer.finish(state="complete", ending="finished", text="Half of it, and the rest.")
    assert not answer.finish(state="complete", ending="finished", text="")

    answer.refresh_from_db()
    assert (answer.state, answer.ending, answer.text) == ("interrupted", "lost", "Half of it, and the rest.")


def test_a_binned_conversation_takes_no_questions_until_it_is_restored(alice):
    conversation = answered(alice)
    conversation.bin()
    with pytest.raises(UnknownMessage):
        Conversation.objects.get().ask("Two.", **ASKED)
    conversation.restore()
    answer_with(conversation.ask("Two.", **ASKED))
    assert conversation.messages.count() == 4


def test_a_first_question_is_stored_in_few_steps_and_sent_without_being_read(alice, bob, django_assert_max_num_queries):
    begin(lambda: begun(bob))  # makes the month's row
    with django_assert_max_num_queries(14):
        answer = begin(lambda: begun(alice, "A first question.")).answer
    assert texts(answer.conversation.thread()) == ["A first question.", ""]


@pytest.mark.parametrize("length", [1, 20])
def test_asking_and_reading_cost_the_same_in_short_and_long_conversations(alice, length, django_assert_num_queries):
    conversation = answered(alice, *(f"Question {number}." for number in range(length)))
    with django_assert_num_queries(10):
        answer = conversation.ask("One more.", **ASKED)
    with django_assert_num_queries(1):
        answer.finish(state="complete", ending="finished", text="Done.")
    with django_assert_num_queries(2):
        assert len(conversation.thread()) == 2 * length + 2
    with django_assert_num_queries(2):
        conversation.switch_to(answer.pk)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Short.", "Short."),
        ("  Two\n\nlines\t here ", "Two lines here"),
        ("word " * 30, "word " * 11 + "word…"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 60 + "…"),
    ],
)
def test_a_title_is_the_first_words_of_the_question(text, title):
    assert first_words(text) == title
