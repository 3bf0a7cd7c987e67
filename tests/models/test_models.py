"""The models' verbs, and how many questions each asks the database."""

import uuid

import pytest

from conversations.models import (
    Busy,
    Conversation,
    IdempotencyKey,
    KeyReused,
    Message,
    Question,
    Summary,
    TooManyRunning,
    UnknownMessage,
    asking,
)
from conversations.models.content import text_content
from conversations.models.title import first_words
from conversations.replies.start import store_question
from tests.history import MODEL, ask, begin, create_conversation, edit, finish_answer, retry, texts

pytestmark = pytest.mark.django_db


def test_alice_begins_a_conversation_and_an_empty_answer_waits_to_be_written(alice):
    answer = begin(alice, "Why is the sky blue?")

    conversation = Conversation.objects.owned_by(alice).get()
    assert (conversation.title, conversation.head) == ("Why is the sky blue?", answer)
    assert texts(conversation.thread()) == ["Why is the sky blue?", ""]
    assert (answer.state, answer.model, answer.runner) == ("writing", MODEL, "the-tests")
    assert answer.system == "You are a helpful assistant."


def test_alice_asks_again_under_what_is_shown(alice):
    conversation = create_conversation(alice, "One.", "Two.")

    assert texts(conversation.thread()) == ["One.", "An answer.", "Two.", "An answer."]
    assert conversation.head.parent.text == "Two."


def test_alice_cannot_ask_revise_or_retry_while_an_answer_is_written_on_any_branch(alice):
    conversation = create_conversation(alice, "One.")
    done = conversation.head
    edit(conversation, None, "Another one.")
    conversation.switch_to(done.pk)

    with pytest.raises(Busy):
        ask(conversation, "Two.")
    with pytest.raises(Busy):
        edit(conversation, None, "A third one.")
    with pytest.raises(Busy):
        retry(done)
    assert conversation.messages.count() == 4


def test_alice_revises_a_question_and_both_versions_stay(alice):
    conversation = create_conversation(alice, "One.", "Two.")
    second = conversation.head.parent
    finish_answer(edit(conversation, second.parent_id, "Two, differently."), "Another answer.")

    assert texts(conversation.thread()) == ["One.", "An answer.", "Two, differently.", "Another answer."]
    assert texts(conversation.thread(second.children.get().pk)) == ["One.", "An answer.", "Two.", "An answer."]


def test_alice_retries_and_the_new_answer_stands_beside_the_old_one(alice):
    conversation = create_conversation(alice, "One.")
    old = conversation.head
    new = finish_answer(retry(old), "A better answer.")

    conversation.refresh_from_db()
    assert new.parent_id == old.parent_id
    assert conversation.head == new
    assert Message.objects.get(pk=old.pk).text == "An answer."


def test_switching_shows_the_newest_leaf_below_the_chosen_version(alice):
    conversation = create_conversation(alice, "One.", "Two.")
    question, leaf = conversation.thread()[0], conversation.head
    finish_answer(edit(conversation, None, "Uno."))
    conversation.switch_to(question.pk)

    conversation.refresh_from_db()
    assert conversation.head == leaf


def test_a_message_of_another_conversation_can_be_neither_parent_nor_head(alice):
    here, elsewhere = create_conversation(alice), create_conversation(alice)
    for foreign in (elsewhere.head_id, uuid.uuid4()):
        with pytest.raises(UnknownMessage):
            edit(here, foreign, "Two.")
        with pytest.raises(UnknownMessage):
            here.switch_to(foreign)
    assert here.messages.count() == 2


def test_a_question_cannot_be_put_under_a_question_beside_its_answer(alice):
    conversation = create_conversation(alice)
    with pytest.raises(UnknownMessage):
        edit(conversation, conversation.thread()[0].pk, "Two.")
    assert conversation.messages.count() == 2


def test_alice_may_have_three_running_answers_and_bob_is_not_counted(alice, bob, settings):
    settings.CHAT_MAX_RUNNING_PER_PERSON = 3
    running = [begin(alice), begin(alice), begin(alice)]
    with pytest.raises(TooManyRunning):
        begin(alice)
    begin(bob)

    finish_answer(running[0])
    begin(alice)
    assert Conversation.objects.owned_by(alice).count() == 4


def test_a_key_gives_the_same_reply_again_and_refuses_another_wish(alice, bob):
    first = begin(alice, "One.", key="k")

    assert begin(alice, "One.", key="k") == first
    with pytest.raises(KeyReused):
        begin(alice, "Two.", key="k")
    with pytest.raises(KeyReused):
        ask(first.conversation, "One.", key="k")
    assert begin(bob, "Two.", key="k") != first
    assert IdempotencyKey.objects.count() == 2


def test_only_the_first_ending_counts_and_the_longer_text_stays(alice):
    answer = begin(alice)
    assert answer.finish(state="interrupted", ending="lost", content=text_content("Half"))
    assert not answer.finish(state="complete", ending="finished", content=text_content("Half of it, and the rest."))
    assert not answer.finish(state="complete", ending="finished", content=[])

    answer.refresh_from_db()
    assert (answer.state, answer.ending, answer.text) == ("interrupted", "lost", "Half of it, and the rest.")


def test_alice_asks_again_at_the_moment_at_which_her_lost_answer_is_interrupted(alice, monkeypatch):
    lost, find_open_answers = begin(alice), asking.find_open_answers

    def find_before_recovery_interrupts(user_id):
        found = find_open_answers(user_id)
        Message.objects.filter(pk=lost.pk).update(state="interrupted", ending="lost")
        return found

    monkeypatch.setattr(asking, "find_open_answers", find_before_recovery_interrupts)
    assert ask(lost.conversation, "Once more?").is_writing


def test_an_owner_that_comes_back_stores_its_blocks_although_the_text_was_checkpointed(alice):
    answer = begin(alice)
    Message.objects.filter(pk=answer.pk).update(text="All of it.", heartbeat="2020-01-01T00:00:00Z")
    Message.objects.all().interrupt_stale()
    content = [{"type": "thinking", "thinking": "Hm.", "signature": "s"}, *text_content("All of it.")]
    assert not answer.finish(state="complete", ending="finished", content=content, stop_reason="end_turn")

    answer.refresh_from_db()
    assert (answer.state, answer.content, answer.stop_reason) == ("interrupted", content, "end_turn")


def test_an_interrupted_answer_has_its_last_checkpoint_as_content(alice):
    answer, empty = begin(alice), begin(alice)
    Message.objects.filter(pk=answer.pk).update(text='Half "of" it')
    Message.objects.update(heartbeat="2020-01-01T00:00:00Z")
    assert Message.objects.all().interrupt_stale() == 2

    answer.refresh_from_db()
    empty.refresh_from_db()
    assert (answer.content, empty.content) == (text_content('Half "of" it'), [])


def test_the_bin_keeps_the_first_date_and_a_purged_conversation_is_no_error(alice):
    conversation = create_conversation(alice)
    conversation.bin()
    first = Conversation.objects.get().deleted
    Conversation.objects.get().bin()
    assert Conversation.objects.get().deleted == first

    stale = Conversation.objects.get()
    Conversation.objects.all().delete()
    stale.bin()
    stale.restore()
    stale.rename("Too late")
    assert not Conversation.objects.exists()


def test_a_binned_conversation_takes_no_questions_until_it_is_restored(alice):
    conversation = create_conversation(alice)
    conversation.bin()
    with pytest.raises(UnknownMessage):
        ask(Conversation.objects.get(), "Two.")
    conversation.restore()
    finish_answer(ask(conversation, "Two."))
    assert conversation.messages.count() == 4


def test_a_first_question_is_stored_in_few_queries(alice, bob, django_assert_max_num_queries):
    question = Question(text="A first question.", model=MODEL)
    store_question(Conversation.draft(bob, question), question, "the-tests")  # inserts the row of the month
    with django_assert_max_num_queries(14):
        answer = store_question(Conversation.draft(alice, question), question, "the-tests").answer
    assert texts(answer.conversation.thread()) == ["A first question.", ""]


@pytest.mark.parametrize("length", [1, 20])
def test_asking_and_reading_cost_the_same_in_short_and_long_conversations(alice, length, django_assert_num_queries):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(length)))
    with django_assert_num_queries(8):
        answer = ask(conversation, "One more.")
    with django_assert_num_queries(1):
        answer.finish(state="complete", ending="finished", content=text_content("Done."))
    with django_assert_num_queries(2):
        assert len(conversation.thread()) == 2 * length + 2
    with django_assert_num_queries(5):
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


def test_turns_that_a_summary_stands_for_are_not_left_out(alice):
    conversation = create_conversation(alice, "One.", "Two.", "Three.")
    thread, head = conversation.thread(), conversation.head
    head.sent_from = thread[4]
    assert head.count_turns_not_sent() == 4
    Summary.store(thread[1].pk, model=MODEL, content=[], text="One.")
    assert head.count_turns_not_sent() == 2
