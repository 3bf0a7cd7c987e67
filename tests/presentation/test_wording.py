"""The sentences about how an answer ended."""

import pytest

from conversations.models import Message
from conversations.presentation.wording import describe_end, plain_error

Ending = Message.Ending


@pytest.mark.parametrize("ending", [ending for ending in Ending.values if ending not in {"", "finished"}])
def test_alice_reads_a_sentence_about_every_ending_but_the_usual_one(ending):
    assert describe_end(ending=ending)


@pytest.mark.parametrize("ending", [ending for ending in Ending.values if ending not in {"", "finished", "stopped"}])
def test_a_program_gets_an_error_with_a_status_for_every_ending_it_did_not_ask_for(ending):
    assert plain_error(ending=ending)[:3].isdecimal()


def test_an_answer_that_simply_finished_needs_no_sentence():
    assert (describe_end(ending="finished"), plain_error(ending="finished")) == ("", "")
