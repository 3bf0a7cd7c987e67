"""What staff see of the tools that an answer has used."""

from tests.using_tools import FOUND, begin_waiting, create_answer_with_step

REASON = "A complaint, ticket 12."


def test_staff_read_what_a_tool_was_asked_and_what_it_returned(reader, alice):
    call = create_answer_with_step(alice)
    html = reader.open(call.conversation, reason=REASON).content.decode()
    assert "Sunday" in html
    assert FOUND in html


def test_staff_decide_nothing_for_alice(reader, alice):
    [call] = begin_waiting(alice)
    html = reader.open(call.conversation, reason=REASON).content.decode()
    assert "waits for a decision" in html
    assert "Approve" not in html
