"""An answer that waits for a person's decision, through the site: read, followed and stopped from any process."""

import pytest

from conversations.models import Message
from conversations.models.content import text_content
from tests.history import begin
from tests.site import Visitor


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
