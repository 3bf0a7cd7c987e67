"""Turns that a program sends with its question are added to the conversation that has them."""

import pytest

from conversations.models import Conversation, EarlierTurn, Question
from conversations.models.branches import MAX_VERSIONS
from tests.history import MODEL, TEST_RUNNER, ask, begin, create_conversation, edit, finish_answer, retry, texts

pytestmark = pytest.mark.django_db


def turns(*contents: str) -> tuple[EarlierTurn, ...]:
    """Questions and answers by turns."""
    return tuple(EarlierTurn(("user", "assistant")[index % 2], text) for index, text in enumerate(contents))


ANSWERED = turns("One.", "An answer.")


def test_turns_that_alice_has_are_continued_in_her_conversation(alice):
    conversation = create_conversation(alice, "One.")
    answer = begin(alice, "Two.", earlier=ANSWERED)
    assert answer.conversation == conversation
    assert texts(conversation.thread(answer.pk)) == ["One.", "An answer.", "Two.", ""]


def test_turns_that_are_followed_by_a_question_get_a_version_of_it(alice):
    conversation = create_conversation(alice, "One.", "Two.", "Three.")
    begin(alice, "Another two.", earlier=ANSWERED)
    conversation.refresh_from_db()
    _one, _answer, question, _written = thread = conversation.thread()
    assert texts(thread) == ["One.", "An answer.", "Another two.", ""]
    assert len(question.versions()) == 2


def test_a_branch_that_is_not_shown_is_continued_and_shown(alice):
    conversation = create_conversation(alice, "One.")
    finish_answer(retry(conversation.head), "Another answer.")
    answer = begin(alice, "Two.", earlier=ANSWERED)
    conversation.refresh_from_db()
    assert (answer.conversation, conversation.head) == (conversation, answer)
    assert texts(conversation.thread())[1] == "An answer."


def test_an_answer_that_failed_before_its_first_word_does_not_count(alice):
    failed = finish_answer(begin(alice, "One."), "", "failed", "failed")
    again = finish_answer(begin(alice, "Two.", earlier=turns("One.")), "Now.")
    last = begin(alice, "Three.", earlier=(*turns("One."), *turns("Two.", "Now.")))
    assert failed.conversation == again.conversation == last.conversation
    assert texts(last.conversation.thread(last.pk)) == ["One.", "", "Two.", "Now.", "Three.", ""]


DIFFERENT = {
    "another question": turns("Two.", "An answer."),
    "another answer": turns("One.", "Another answer."),
    "the roles changed": (EarlierTurn("user", "One."), EarlierTurn("user", "An answer.")),
    "a turn before them": turns("Zero.", "An answer.", "One.", "An answer."),
    "the answer missing": turns("One."),
}


@pytest.mark.parametrize("earlier", DIFFERENT.values(), ids=DIFFERENT)
def test_other_turns_begin_a_conversation_of_their_own(alice, earlier):
    conversation = create_conversation(alice, "One.")
    assert begin(alice, "Two.", earlier=earlier).conversation != conversation


def test_other_instructions_begin_a_conversation_of_their_own(alice):
    conversation = create_conversation(alice, "One.")
    assert begin(alice, "Two.", earlier=ANSWERED, system="Be brief.").conversation != conversation


def test_a_first_question_always_begins_a_conversation(alice):
    conversation = create_conversation(alice, "One.")
    assert begin(alice, "One.").conversation != conversation


def test_turns_of_bob_and_of_the_bin_are_not_continued(alice, bob):
    create_conversation(bob, "One.")
    create_conversation(alice, "One.").bin()
    answer = begin(alice, "Two.", earlier=ANSWERED)
    assert answer.conversation.messages.count() == 4
    assert Conversation.objects.count() == 3


def test_a_program_that_asks_many_questions_at_once_is_not_refused(alice):
    conversation = create_conversation(alice, "One.")
    first, second = [begin(alice, text, earlier=ANSWERED) for text in ("Two.", "Three.")]
    assert first.conversation == conversation != second.conversation


def test_a_conversation_that_changes_while_it_is_looked_for_is_left_alone(alice):
    conversation = create_conversation(alice, "One.")
    question = Question(text="Two.", model=MODEL, earlier=ANSWERED)
    draft = Conversation.draft(alice, question)
    continued = draft.find_continued(question)
    conversation.bin()
    answer, _is_new = draft.ask(question, runner=TEST_RUNNER, instructions="", continued=continued)
    assert answer.conversation == draft != conversation


def test_the_same_examples_with_each_question_do_not_grow_one_conversation_for_ever(alice):
    conversation = create_conversation(alice, "One.")
    for number in range(MAX_VERSIONS):
        finish_answer(begin(alice, f"Question {number}", earlier=ANSWERED))
    other = begin(alice, "One more.", earlier=ANSWERED)
    assert other.conversation != conversation
    assert begin(alice, "The next.", earlier=ANSWERED).conversation not in [conversation, other.conversation]


def test_a_repeat_with_the_same_key_follows_the_answer_in_the_conversation(alice):
    create_conversation(alice, "One.")
    first = finish_answer(begin(alice, "Two.", earlier=ANSWERED, key="once"))
    assert begin(alice, "Two.", earlier=ANSWERED, key="once") == first


def test_copies_of_a_reworded_question_are_continued_by_their_own_texts(alice):
    conversation = create_conversation(alice, "One.")
    version = conversation.reword(conversation.thread()[0].pk, "Uno.")
    answer = begin(alice, "Two.", earlier=turns("Uno.", "An answer."))
    assert answer.conversation == conversation
    assert conversation.thread(answer.pk)[0] == version


def test_an_edited_branch_is_continued_by_its_own_texts(alice):
    conversation = create_conversation(alice, "One.", "Two.")
    finish_answer(edit(conversation, None, "Eins."))
    answer = begin(alice, "Zwei.", earlier=turns("Eins.", "An answer."))
    assert texts(conversation.thread(answer.pk)) == ["Eins.", "An answer.", "Zwei.", ""]


def test_the_search_costs_the_same_in_short_and_long_conversations(alice, django_assert_max_num_queries):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(20)))
    finish_answer(ask(conversation, "The last."), "Found.")
    earlier = tuple(EarlierTurn(message.role, message.text) for message in conversation.thread())
    with django_assert_max_num_queries(20):
        assert begin(alice, "Go on.", earlier=earlier).conversation == conversation
