"""A conversation that outgrows the window of its model: its older turns are summarised, and it goes on."""

import pytest

from chatsite.standin.models import POCKET
from conversations.models import Conversation, Message, Reservation, Summary, Usage
from tests.site import Site, Visitor, eventually
from tests.views.requests import SCRIPT

LONG = "[[nothinking]][[rate:0]][[chars:2600]]"


@pytest.fixture
def visitor(pocket_site, alice):
    """Alice's browser at a site that offers the small model."""
    return Visitor(pocket_site, alice)


def ask(visitor, text, conversation=None, **fields):
    """Ask the small model and read the answer to its end; returns the stream and the stored answer."""
    stream = visitor.ask(text, conversation, **{"model": POCKET} | fields)
    return stream, Message.objects.get(pk=stream.start["reply"])


def fill(visitor, questions=4):
    """A conversation that has just enough room for its turns."""
    _stream, answer = ask(visitor, f"Question 0 about harbours. {LONG}")
    for number in range(1, questions):
        ask(visitor, f"Question {number} about harbours. {LONG}", answer.conversation_id)
    return Conversation.objects.get(pk=answer.conversation_id)


def requests_for(stand_in, path="/v1/messages"):
    return [call for call in stand_in.recorded() if call["path"] == path]


def test_a_conversation_goes_on_past_the_window_with_a_summary_in_place_of_its_older_turns(visitor, stand_in):
    conversation = fill(visitor)
    stream, answer = ask(visitor, "And then? [[echo:It goes on.]]", conversation.pk)
    summary = Summary.objects.get()
    thread = conversation.thread(answer.pk)

    assert (answer.state, answer.text) == ("complete", "It goes on.")
    assert summary.upto == thread[[m.pk for m in thread].index(answer.sent_from_id) - 1]
    assert "Question 0 about harbours" in summary.text
    *_earlier, compaction, reply = requests_for(stand_in)
    assert compaction["body"]["compaction"] == {"type": "summarize"}
    assert reply["body"]["messages"][0] == {"role": "assistant", "content": summary.content}
    assert Message.objects.count() == 10
    assert ("retrying", {"attempt": 1, "seconds": 0, "code": "too_large"}) in stream.frames
    assert f'data-summary="{summary.pk}"' in stream.end["html"]


def test_the_next_question_is_sent_with_the_same_summary_and_nothing_is_summarised_again(visitor, stand_in):
    conversation = fill(visitor)
    ask(visitor, "And then? [[echo:It goes on.]]", conversation.pk)
    stand_in.reset()
    ask(visitor, "And now? [[echo:Still.]]", conversation.pk)
    [call] = requests_for(stand_in)

    assert [message["role"] for message in call["body"]["messages"]] == ["assistant", "user", "assistant", "user"]
    assert call["headers"]["anthropic-beta"] == "compact-2026-09-04"
    assert Summary.objects.count() == 1


def test_a_conversation_that_goes_on_is_summarised_again_with_its_summary(visitor, stand_in):
    conversation = fill(visitor)
    for number in range(5):
        ask(visitor, f"More {number}. {LONG}", conversation.pk)
    first, second = Summary.objects.order_by("created")
    compactions = [call["body"] for call in requests_for(stand_in) if "compaction" in call["body"]]

    assert compactions[1]["messages"][0]["content"] == first.content
    assert "Question 0 about harbours" in second.text or "What this conversation was about" in second.text
    assert not Message.objects.exclude(state="complete").exists()


def test_a_prompt_that_claude_refuses_as_too_long_is_sent_again_with_a_summary(visitor, stand_in):
    _stream, first = ask(visitor, "The harbour. [[echo:It is calm.]]", model="claude-sonnet-5-5")
    question = "Go on. [[too_long]][[times:1]][[echo:There are boats.]]"
    stream, answer = ask(visitor, question, first.conversation_id, model="claude-sonnet-5-5")
    sent = requests_for(stand_in)[-1]["body"]["messages"]

    assert (answer.state, answer.text) == ("complete", "There are boats.")
    assert ("retrying", {"attempt": 1, "seconds": 0, "code": "too_large"}) in stream.frames
    # Its model has refused this length, so that the summary is a text.
    assert Summary.objects.get().content == [{"type": "text", "text": Summary.objects.get().text}]
    assert "<summary>" in sent[0]["content"][0]["text"]
    assert "The harbour." in sent[0]["content"][0]["text"]
    assert [message["role"] for message in sent] == ["user"]


def test_a_first_question_that_is_too_long_fails_as_before(visitor):
    _stream, answer = ask(visitor, "[[too_long]]")
    assert (answer.state, answer.error_code) == ("failed", "too_large")
    assert not Summary.objects.exists()


def test_without_a_summary_the_oldest_turns_are_left_out(visitor, stand_in):
    _stream, first = ask(visitor, f"Begin. [[summary:status:500]] {LONG}")
    for number in range(3):
        ask(visitor, f"More {number}. {LONG}", first.conversation_id)
    stream, answer = ask(visitor, "And then? [[echo:It goes on.]]", first.conversation_id)

    assert (answer.state, answer.text) == ("complete", "It goes on.")
    assert answer.sent_from_id is not None
    assert not Summary.objects.exists()
    assert "data-summary=" not in stream.end["html"]


def test_what_a_summary_used_is_recorded_and_its_reservation_released(visitor):
    conversation = fill(visitor)
    _stream, answer = ask(visitor, "And then? [[echo:It goes on.]]", conversation.pk)
    usage = Usage.objects.get(purpose="summary")

    assert (usage.message, usage.state, usage.estimated) == (answer, "complete", False)
    assert usage.tokens.prompt > 1_000
    assert usage.output_tokens > 10
    eventually(lambda: not Reservation.objects.exists())


def test_alice_can_stop_a_reply_while_its_older_turns_are_being_summarised(visitor):
    _stream, first = ask(visitor, f"Begin. [[summary:hang]] {LONG}")
    for number in range(3):
        ask(visitor, f"More {number}. {LONG}", first.conversation_id)
    with visitor.asking("And then?", first.conversation_id, model=POCKET) as stream:
        stream.until("retrying")
        assert visitor.stop(stream.start["reply"]) == "stopped"
        assert stream.end["ending"] == "stopped"

    assert not Summary.objects.exists()
    eventually(lambda: not Reservation.objects.exists())
    assert not Usage.objects.filter(message=stream.start["reply"]).exists()


def test_a_process_that_is_killed_during_a_summary_leaves_an_interrupted_answer_and_no_summary(
    site, stand_in, alice, visitor
):
    _stream, first = ask(visitor, f"Begin. [[summary:hang]] {LONG}")
    for number in range(3):
        ask(visitor, f"More {number}. {LONG}", first.conversation_id)
    with Site(stand_in.url, CHAT_MODELS=f"claude-sonnet-5-5,{POCKET}") as doomed:
        eventually(lambda: "Claude Pocket" in Visitor(doomed, alice).http.get("/").text)
        with Visitor(doomed, alice).asking("And then?", first.conversation_id, model=POCKET) as stream:
            stream.until("retrying")
            doomed.kill()
    eventually(lambda: Message.objects.get(pk=stream.start["reply"]).ending == "lost", seconds=40)
    assert not Summary.objects.exists()


# By hand


def test_alice_has_older_turns_summarised_when_she_likes(visitor, stand_in):
    _stream, first = ask(visitor, "The harbour. [[echo:It is calm.]]", model="claude-sonnet-5-5")
    _stream, second = ask(visitor, "The boats. [[echo:They are red.]]", first.conversation_id)
    response = visitor.http.post(f"/conversations/{first.conversation_id}/summary/", headers=SCRIPT)
    summary = Summary.objects.get()

    assert response.status_code == 204
    assert (summary.upto, summary.conversation) == (first, first.conversation)
    assert Usage.objects.get(purpose="summary").message == second
    page = visitor.http.get(f"/conversations/{first.conversation_id}/").text
    assert "Summary of the 2 turns above" in page
    ask(visitor, "And? [[echo:Yes.]]", first.conversation_id)
    [_summary, *rest] = requests_for(stand_in)[-1]["body"]["messages"]
    assert [message["content"][-1]["text"] for message in rest] == [
        "The boats. [[echo:They are red.]]",
        "They are red.",
        "And? [[echo:Yes.]]",
    ]


def test_there_is_nothing_to_summarise_above_the_only_turn_or_twice(visitor):
    _stream, first = ask(visitor, "The harbour. [[echo:It is calm.]]")
    address = f"/conversations/{first.conversation_id}/summary/"
    assert visitor.http.post(address, headers=SCRIPT).status_code == 409
    ask(visitor, "The boats. [[echo:They are red.]]", first.conversation_id)
    assert visitor.http.post(address, headers=SCRIPT).status_code == 204
    refused = visitor.http.post(address, headers=SCRIPT)
    assert (refused.status_code, refused.json()["error"]) == (
        409,
        "There are no older turns here that could be summarised.",
    )


def test_a_summary_that_fails_is_said_and_changes_nothing(visitor):
    _stream, first = ask(visitor, "The harbour. [[summary:status:529]][[echo:It is calm.]]")
    ask(visitor, "The boats. [[echo:They are red.]]", first.conversation_id)
    response = visitor.http.post(f"/conversations/{first.conversation_id}/summary/", headers=SCRIPT)

    assert (response.status_code, response.json()["error"]) == (502, "Claude is overloaded. Try again.")
    assert not Summary.objects.exists()


def test_another_branch_has_the_summary_only_if_it_has_the_turns(visitor, stand_in):
    _stream, first = ask(visitor, "The harbour. [[echo:It is calm.]]")
    ask(visitor, "The boats. [[echo:They are red.]]", first.conversation_id)
    visitor.http.post(f"/conversations/{first.conversation_id}/summary/", headers=SCRIPT)
    stream, _answer = ask(visitor, "The masts. [[echo:Tall.]]", first.conversation_id, parent=str(first.pk))
    assert requests_for(stand_in)[-1]["body"]["messages"][0]["role"] == "assistant"
    assert "Summary of the 2 turns above" in stream.start["html"]

    stream, _answer = ask(visitor, "The sea. [[echo:Wide.]]", first.conversation_id, parent="")
    assert len(requests_for(stand_in)[-1]["body"]["messages"]) == 1
    assert "Summary of" not in stream.start["html"] + stream.end["html"]


def test_another_model_is_sent_the_summary_as_text(visitor, stand_in):
    _stream, first = ask(visitor, "The harbour. [[echo:It is calm.]]")
    ask(visitor, "The boats. [[echo:They are red.]]", first.conversation_id)
    visitor.http.post(f"/conversations/{first.conversation_id}/summary/", headers=SCRIPT)
    ask(visitor, "And? [[echo:Yes.]]", first.conversation_id, model="claude-sonnet-5-5")
    opening = requests_for(stand_in)[-1]["body"]["messages"][0]

    assert opening["role"] == "user"
    assert "The harbour." in opening["content"][0]["text"]
    assert opening["content"][1]["text"] == "The boats. [[echo:They are red.]]"
