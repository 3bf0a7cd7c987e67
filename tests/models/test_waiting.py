"""An answer that waits for a person's decision: no process owns it, and it is its conversation's one open answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatsite.accounts.models import User
from conversations.models import Busy, Message
from conversations.models.content import text_content
from conversations.replies.recovery import recover
from tests.history import TEST_RUNNER, ask, begin, finish_answer, retry

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(alice):
    """An answer to Alice that has written a text and now waits."""
    answer = begin(alice)
    assert answer.wait_for_decision(text_content("May I look that up?"))
    answer.refresh_from_db()
    return answer


def test_a_waiting_answer_keeps_its_text_and_belongs_to_no_process(waiting):
    assert (waiting.state, waiting.ending) == ("waiting", "")
    assert (waiting.text, waiting.content) == ("May I look that up?", text_content("May I look that up?"))
    assert (waiting.runner, waiting.heartbeat, waiting.finished) == ("", None, None)


def test_nothing_else_is_asked_in_the_conversation_meanwhile(waiting):
    with pytest.raises(Busy):
        ask(waiting.conversation, "And now?")
    with pytest.raises(Busy):
        retry(waiting)


def test_a_waiting_answer_is_not_one_of_the_running_replies_of_alice(waiting, alice, settings):
    settings.CHAT_MAX_RUNNING_PER_PERSON = 1
    begin(alice)
    assert Message.objects.writing().count() == 1


def test_recovery_leaves_a_waiting_answer_alone_for_days(waiting):
    Message.objects.update(created=timezone.now() - timedelta(days=6))
    recover([])
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_one_process_resumes_it_and_a_second_one_cannot(waiting):
    assert waiting.resume(TEST_RUNNER)
    assert not waiting.resume("another process")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.runner) == ("writing", TEST_RUNNER)
    finish_answer(waiting, "Found it.")


def test_it_ends_at_once_when_its_conversation_is_put_into_the_bin(waiting):
    waiting.conversation.bin()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.ending, waiting.text) == ("stopped", "deleted", "May I look that up?")


def test_it_ends_at_once_when_the_account_is_deactivated(waiting, alice):
    user = User.objects.get(pk=alice.pk)
    user.is_active = False
    user.save()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.ending) == ("stopped", "deactivated")


def test_an_answer_that_was_asked_to_stop_does_not_wait(alice):
    answer = begin(alice)
    Message.objects.filter(pk=answer.pk).request_stop(Message.Ending.DELETED)
    assert not answer.wait_for_decision(text_content("May I?"))
    answer.refresh_from_db()
    assert answer.state == "writing"
