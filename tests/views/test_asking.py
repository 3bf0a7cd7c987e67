"""Asking a question: the first one, the next one and an edited one, by script and by plain form."""

import pytest

from conversations.models import Conversation, IdempotencyKey, Message, TeamSettings
from tests.history import ask, begin, create_conversation, texts
from tests.site import Visitor, eventually
from tests.views.requests import STREAM, path_of

FRAMES = {"start", "title", "snapshot", "commit", "tail", "append", "thinking", "tool", "retrying", "saving", "end"}
STALE = "2020-01-01T00:00:00Z"


def frame_names(stream) -> list[str]:
    return [name for name, _data in stream.frames]


def request_for(stand_in, question):
    """The body of the call to Claude whose last message begins with `question`."""
    bodies = [record["body"] for record in stand_in.recorded()]
    [body] = [body for body in bodies if body["messages"][-1]["content"][0]["text"].startswith(question)]
    return body


# Storing


def test_the_first_question_creates_a_conversation(alice_visitor, alice):
    alice_visitor.ask("Why is the sky\nblue? [[text]]Because of **air**.[[/text]]")

    conversation = Conversation.objects.get()
    question, answer = conversation.thread()
    assert (conversation.owner, conversation.head) == (alice, answer)
    assert question.text.startswith("Why is the sky\nblue?")
    assert (answer.text, answer.state, answer.ending) == ("Because of **air**.", "complete", "finished")


def test_the_next_question_is_added_below_what_is_shown(alice_visitor):
    first = alice_visitor.ask("One. [[echo:First answer.]]").start
    alice_visitor.ask("Two. [[echo:Second answer.]]", first["conversation"])

    thread = texts(Conversation.objects.get().thread())
    assert [text.split(" [[")[0] for text in thread] == ["One.", "First answer.", "Two.", "Second answer."]


def test_claude_is_sent_the_questions_and_answers_above(alice_visitor, stand_in):
    first = alice_visitor.ask("One. [[echo:First answer.]]").start
    alice_visitor.ask("Two. [[echo:Second answer.]]", first["conversation"])
    messages = request_for(stand_in, "Two.")["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]


def test_an_edited_question_is_sent_without_the_branch_that_it_left(alice_visitor, alice, stand_in):
    conversation = create_conversation(alice, "One.", "Two.")
    second = conversation.thread()[2]
    alice_visitor.ask("Three. [[echo:Third answer.]]", conversation.pk, parent=str(second.parent_id))
    assert len(request_for(stand_in, "Three.")["messages"]) == 3


def test_an_edited_first_question_is_sent_alone(alice_visitor, alice, stand_in):
    conversation = create_conversation(alice, "One.", "Two.")
    alice_visitor.ask("Four. [[echo:Fourth answer.]]", conversation.pk, parent="")

    assert len(request_for(stand_in, "Four.")["messages"]) == 1
    conversation.refresh_from_db()
    assert texts(conversation.thread()) == ["Four. [[echo:Fourth answer.]]", "Fourth answer."]


def test_the_chosen_model_is_asked(alice_visitor, stand_in):
    stream = alice_visitor.ask("Hi [[echo:Hi.]]", model="claude-opus-5-5")
    assert request_for(stand_in, "Hi")["model"] == "claude-opus-5-5"
    assert Message.objects.get(pk=stream.start["reply"]).model == "claude-opus-5-5"


def test_the_default_model_is_asked_when_none_is_chosen(alice_visitor, stand_in):
    alice_visitor.ask("Hi [[echo:Hi.]]")
    assert request_for(stand_in, "Hi")["model"] == "claude-sonnet-5-5"


def test_a_question_below_an_answer_whose_writer_is_gone_is_accepted(alice_visitor, alice):
    conversation = create_conversation(alice)
    lost = ask(conversation, "Lost.", runner="a process that is gone")
    Message.objects.filter(pk=lost.pk).update(heartbeat=STALE)

    assert alice_visitor.ask("[[echo:Found.]]", conversation.pk).end["state"] == "complete"
    lost.refresh_from_db()
    assert (lost.state, lost.ending) == ("interrupted", "lost")


# The stream


def test_the_start_frame_has_the_new_turns_and_their_ids(alice_visitor):
    stream = alice_visitor.ask("Hi [[echo:Hi.]]")
    question, answer = Conversation.objects.get(pk=stream.start["conversation"]).thread()

    assert (stream.start["question"], stream.start["reply"]) == (str(question.pk), str(answer.pk))
    assert f'data-turn="{question.pk}"' in stream.start["html"]
    assert f'data-turn="{answer.pk}"' in stream.start["html"]


def test_the_frames_come_in_order_and_end_is_the_last(alice_visitor):
    stream = alice_visitor.ask("Tell me a story. [[delay:0.5]][[rate:200]][[chars:600]][[thinking:Once upon a time.]]")

    assert set(frame_names(stream)) <= FRAMES
    assert frame_names(stream)[:3] == ["start", "title", "snapshot"]
    assert {"thinking", "tail", "commit"} <= set(frame_names(stream))
    assert frame_names(stream).count("end") == 1
    assert frame_names(stream)[-1] == "end"


def test_a_new_conversation_gets_a_title_frame(alice_visitor):
    stream = alice_visitor.ask("Tell me about the old harbour, the boats there, and the lighthouse. [[echo:No.]]")
    assert stream.named("title") == [{"title": "Tell me about the old harbour, the boats there, and the…"}]


def test_the_next_question_gets_no_title_frame(alice_visitor, alice):
    stream = alice_visitor.ask("Two. [[echo:Second.]]", create_conversation(alice).pk)
    assert frame_names(stream)[:2] == ["start", "snapshot"]
    assert not stream.named("title")


def test_the_end_frame_says_how_the_reply_ended_and_what_it_used(alice_visitor):
    stream = alice_visitor.ask("Hi [[echo:Hi.]]")
    assert set(stream.end) == {"state", "ending", "code", "stop_reason", "usage", "html"}
    assert (stream.end["state"], stream.end["code"], stream.end["stop_reason"]) == ("complete", "", "end_turn")
    assert stream.end["usage"]["output_tokens"] > 0


def test_the_stream_is_neither_cached_nor_buffered_nor_transformed(alice_visitor):
    headers = alice_visitor.ask("Hi [[echo:Hi.]]").response.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "private, no-store, no-transform"
    assert headers["x-accel-buffering"] == "no"


def test_the_frames_show_the_same_as_a_reload(alice_visitor):
    stream = alice_visitor.ask("[[rate:200]][[chars:900]]")
    page = alice_visitor.http.get(f"/conversations/{stream.start['conversation']}/").text

    html = "".join(data["html"] for name, data in stream.frames if name in {"snapshot", "commit"})
    assert html
    assert f'<div class="prose"><div data-committed>{html}</div>' in stream.end["html"]
    assert f'<div class="prose"><div data-committed>{html}</div>' in page


# Plain forms


def test_a_plain_form_with_the_first_question_leads_to_the_new_conversation(alice_visitor):
    response = alice_visitor.http.post("/conversations/", data={"text": "[[echo:By form.]]"})
    path = path_of(Conversation.objects.get())

    assert (response.status_code, response.headers["location"]) == (303, path)
    eventually(lambda: "By form." in alice_visitor.http.get(path).text)


def test_a_plain_form_with_the_next_question_leads_back_to_the_conversation(alice_visitor, alice):
    conversation = create_conversation(alice)
    response = alice_visitor.http.post(path_of(conversation, "messages/"), data={"text": "[[echo:And again.]]"})

    assert (response.status_code, response.headers["location"]) == (303, path_of(conversation))
    eventually(lambda: "And again." in alice_visitor.http.get(path_of(conversation)).text)


def test_a_plain_form_that_exceeds_the_budget_comes_back_with_its_text(alice_visitor, alice):
    TeamSettings(monthly_limit=0).save()
    conversation = create_conversation(alice, "High tide?")
    response = alice_visitor.http.post(path_of(conversation, "messages/"), data={"text": "And low tide?"})

    assert response.status_code == 429
    assert "High tide?" in response.text
    assert "And low tide?</textarea>" in response.text
    assert conversation.messages.count() == 2


# Refusals


def test_while_an_answer_is_written_a_script_is_refused(alice_visitor, alice):
    conversation = begin(alice).conversation
    response = alice_visitor.http.post(path_of(conversation, "messages/"), data={"text": "Me too!"}, headers=STREAM)

    assert response.status_code == 409
    assert response.json()["error"].startswith("An answer is still being written here.")
    assert conversation.messages.count() == 2


def test_while_an_answer_is_written_a_plain_form_comes_back_with_its_text(alice_visitor, alice):
    conversation = begin(alice).conversation
    response = alice_visitor.http.post(path_of(conversation, "messages/"), data={"text": "Me too!"})

    assert response.status_code == 409
    assert "An answer is still being written here." in response.text
    assert "Me too!</textarea>" in response.text
    assert conversation.messages.count() == 2


def test_a_fourth_running_answer_is_refused(alice_visitor, alice):
    for _ in range(3):
        begin(alice)
    response = alice_visitor.http.post("/conversations/", data={"text": "Hi"}, headers=STREAM)

    assert response.status_code == 429
    assert response.headers["retry-after"] == "5"
    assert "running answers" in response.json()["error"]
    assert Conversation.objects.count() == 3


def test_running_answers_of_alice_do_not_count_for_bob(site, alice, bob):
    for _ in range(3):
        begin(alice)
    assert Visitor(site, bob).ask("[[echo:Hi.]]").end["state"] == "complete"


# Keys


def test_a_repeat_with_the_same_key_follows_the_same_reply(alice_visitor, stand_in):
    question = {"text": "[[rate:50]][[chars:200]]", "key": "once"}
    with alice_visitor.asking(**question) as first:
        repeat = alice_visitor.ask(**question)
        first.read_to_end()
    later = alice_visitor.ask(**question)

    assert first.start["reply"] == repeat.start["reply"] == later.start["reply"]
    assert first.end["usage"] == repeat.end["usage"] == later.end["usage"]
    assert (Conversation.objects.count(), len(stand_in.recorded())) == (1, 1)


def test_a_repeat_by_plain_form_leads_to_the_same_conversation(alice_visitor):
    for _twice in range(2):
        response = alice_visitor.http.post("/conversations/", data={"text": "[[echo:Hi.]]", "key": "once"})
        assert response.headers["location"] == path_of(Conversation.objects.get())


@pytest.mark.parametrize(
    ("text", "in_the_same_conversation", "fields"),
    [
        ("[[echo:Two.]]", False, {}),
        ("[[echo:One.]]", True, {}),
        ("[[echo:One.]]", False, {"model": "claude-haiku-5-5"}),
    ],
    ids=["another text", "another conversation", "another model"],
)
def test_the_same_key_for_another_question_is_refused(alice_visitor, text, in_the_same_conversation, fields):
    conversation = alice_visitor.ask("[[echo:One.]]", key="once").start["conversation"]
    stream = alice_visitor.ask(text, conversation if in_the_same_conversation else None, key="once", **fields)

    assert stream.status == 409
    assert stream.response.headers["content-type"] == "application/json"
    assert (Message.objects.count(), IdempotencyKey.objects.count()) == (2, 1)
