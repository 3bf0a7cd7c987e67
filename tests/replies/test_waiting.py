"""An answer that waits for a person's decision, through the site: read, followed and stopped from any process."""

import pytest
from django.db import connection

from conversations import markdown
from conversations.models import Message
from conversations.models.content import text_content
from conversations.presentation import wording
from conversations.replies.decisions import Choice, Decision, store_decision
from tests.history import TEST_RUNNER, ask, begin, create_conversation
from tests.site import Visitor
from tests.using_tools import create_call, use_block


@pytest.fixture
def waiting(transactional_db, alice):
    answer = begin(alice)
    answer.wait_for_decision(text_content("May I look that up?"))
    return answer


def test_alice_reads_that_claude_waits_and_what_it_has_written(site, alice, waiting):
    page = Visitor(site, alice).http.get(f"/conversations/{waiting.conversation_id}/").text
    assert "May I look that up?" in page
    assert "Claude is waiting for a decision." in page
    assert 'data-ask="retry"' not in page


def test_a_follower_gets_the_text_and_an_end_that_says_so(site, alice, waiting):
    with Visitor(site, alice).following(waiting.pk) as stream:
        assert stream.end["state"] == "waiting"
        assert "May I look that up?" in stream.named("snapshot")[0]["html"]


def test_a_question_meanwhile_is_refused(site, alice, waiting):
    path = f"/conversations/{waiting.conversation_id}/messages/"
    refused = Visitor(site, alice).http.post(path, data={"text": "And?"}, headers={"Accept": "text/event-stream"})
    assert refused.status_code == 409


def test_alice_stops_it_although_no_process_writes_it(site, alice, waiting):
    assert Visitor(site, alice).stop(waiting.pk) == "stopped"
    answer = Message.objects.get(pk=waiting.pk)
    assert (answer.state, answer.ending, answer.text) == ("stopped", "stopped", "May I look that up?")


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_the_text_is_parsed_that_alice_continues_with_a_decision(alice, monkeypatch):
    answer = ask(create_conversation(alice, "Which ferries are there?"), wording.CONTINUE)
    use = use_block("toolu_1", "book", seats=2)
    call = create_call(answer, use, "proposed", acts=True)
    assert answer.wait_for_decision([use])
    parse, was_locked = markdown.find_opening, []

    def note(text):
        was_locked.append(connection.in_atomic_block)
        return parse(text)

    monkeypatch.setattr(markdown, "find_opening", note)
    assert store_decision(call.pk, Decision(Choice.DENY), TEST_RUNNER)
    assert was_locked == [False]
