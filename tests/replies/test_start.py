"""The transaction that a reply starts with."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conversations import markdown
from conversations.models import Conversation, Message, Question, Retry, Unsendable
from conversations.presentation import wording
from conversations.replies.start import fit_request, read_branch, store_question
from tests.history import MODEL, TEST_RUNNER, begin, create_conversation, create_file, finish_answer

pytestmark = pytest.mark.django_db
SMALL = "claude-next-9"


@pytest.fixture
def report(alice):
    """A PDF with more pages than a small model takes."""
    return create_file(alice, "report.pdf", kind="pdf", pages=150)


def test_a_question_with_more_pages_than_its_model_takes_is_refused_and_not_stored(alice, report):
    question = Question(text="Why?", model=SMALL, attachments=(report.pk,))
    with pytest.raises(Unsendable, match="pages"):
        store_question(Conversation.draft(alice, question), question, TEST_RUNNER)
    assert not Message.objects.exists()


def test_such_a_question_is_not_answered_again_by_a_smaller_model(alice, report):
    answer = finish_answer(begin(alice, "Why?", attachments=(report.pk,)))
    with pytest.raises(Unsendable, match="pages"):
        store_question(answer.conversation, Retry(answer=answer.pk, model=SMALL), TEST_RUNNER)
    assert store_question(answer.conversation, Retry(answer=answer.pk, model=MODEL), TEST_RUNNER).reply_call


def test_what_is_sent_has_an_effort_that_the_model_takes(alice):
    conversation = create_conversation(alice, "One?", "Two?")
    conversation.messages.update(effort="max")
    conversation.head.refresh_from_db()
    branch = read_branch(conversation.head, conversation.head_id)
    assert fit_request(conversation.head, branch).effort == "high"


@pytest.mark.django_db(transaction=True)
def test_bob_asks_while_the_text_that_alice_continues_is_parsed(alice, bob, monkeypatch):
    conversation = create_conversation(alice, "Count to a million.")
    parse, answers = markdown.find_opening, []

    def ask(person):
        try:
            question = Question(text="Why?", model=MODEL)
            return store_question(Conversation.draft(person, question), question, TEST_RUNNER).answer
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:

        def let_bob_ask(text):
            answers.append(pool.submit(ask, bob).result(5))
            return parse(text)

        monkeypatch.setattr(markdown, "find_opening", let_bob_ask)
        stored = store_question(conversation, Question(text=wording.CONTINUE, model=MODEL), TEST_RUNNER)
    assert [answer.conversation.owner for answer in answers] == [bob]
    assert stored.answer.conversation == conversation
