"""Asking: the first question, the next one, another one in the place of an earlier one; by script and by plain form."""

import pytest

from conversations.models import Conversation, IdempotencyKey, Message, TeamSettings
from tests.history import ask, begin, create_conversation, texts
from tests.site import Visitor, eventually

FRAMES = {"start", "title", "snapshot", "commit", "tail", "append", "thinking", "tool", "retrying", "saving", "end"}


@pytest.fixture
def alice_client(site, alice):
    return Visitor(site, alice)


def names(stream) -> list[str]:
    return [name for name, _data in stream.frames]


def test_the_first_question_creates_a_conversation_and_streams_its_answer(alice_client, alice):
    stream = alice_client.ask("Why is the sky\nblue? [[text]]Because of **air**.[[/text]]")

    conversation = Conversation.objects.get(pk=stream.start["conversation"])
    question, answer = conversation.thread()
    assert (conversation.owner, conversation.head) == (alice, answer)
    assert question.text.startswith("Why is the sky\nblue?")
    assert (answer.text, answer.state, answer.ending) == ("Because of **air**.", "complete", "finished")
    assert stream.start["question"] == str(question.pk)
    assert stream.start["reply"] == str(answer.pk)
    assert f'data-turn="{question.pk}"' in stream.start["html"]
    assert f'data-turn="{answer.pk}"' in stream.start["html"]


def test_the_frames_come_in_order_and_the_only_end_is_the_last(alice_client):
    stream = alice_client.ask("Tell me a story. [[delay:0.5]][[rate:200]][[chars:600]][[thinking:Once upon a time.]]")

    assert set(names(stream)) <= FRAMES
    assert names(stream)[:3] == ["start", "title", "snapshot"]
    assert {"thinking", "tail", "commit"} <= set(names(stream))
    assert names(stream).count("end") == 1
    assert names(stream)[-1] == "end"
    assert stream.named("title") == [{"title": "Tell me a story.…"}]
    assert set(stream.end) == {"state", "ending", "code", "stop_reason", "usage", "html"}
    assert (stream.end["state"], stream.end["code"], stream.end["stop_reason"]) == ("complete", "", "end_turn")
    assert stream.end["usage"]["output_tokens"] > 0
    for header, value in {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
    }.items():
        assert stream.response.headers[header] == value


def test_what_the_frames_draw_is_what_a_reload_shows(alice_client):
    stream = alice_client.ask("[[rate:200]][[chars:900]]")
    page = alice_client.http.get(f"/conversations/{stream.start['conversation']}/").text

    drawn = "".join(data["html"] for name, data in stream.frames if name in {"snapshot", "commit"})
    assert drawn
    assert f'<div class="prose"><div data-committed>{drawn}</div>' in stream.end["html"]
    assert f'<div class="prose"><div data-committed>{drawn}</div>' in page


def test_the_next_question_goes_below_what_is_shown_and_has_no_title(alice_client, stand_in):
    first = alice_client.ask("One. [[echo:First answer.]]").start
    second = alice_client.ask("Two. [[echo:Second answer.]]", first["conversation"])

    assert names(second)[:2] == ["start", "snapshot"]
    thread = Conversation.objects.get().thread()
    assert [message.text.split(" [[")[0] for message in thread] == ["One.", "First answer.", "Two.", "Second answer."]
    sent = stand_in.recorded("Two.", last=True)[0]["body"]["messages"]
    assert [turn["role"] for turn in sent] == ["user", "assistant", "user"]


def test_an_edited_question_is_sent_without_the_branch_it_left(alice_client, stand_in):
    conversation = alice_client.ask("One. [[echo:First answer.]]").start["conversation"]
    second = alice_client.ask("Two. [[echo:Second answer.]]", conversation)
    parent = Message.objects.get(pk=second.start["question"]).parent_id
    alice_client.ask("Three. [[echo:Third answer.]]", conversation, parent=str(parent))
    alice_client.ask("Four. [[echo:Fourth answer.]]", conversation, parent="")

    assert texts(Conversation.objects.get().thread()) == ["Four. [[echo:Fourth answer.]]", "Fourth answer."]
    sent = {record["body"]["messages"][-1]["content"][0]["text"][:4]: record["body"] for record in stand_in.recorded()}
    assert len(sent["Thre"]["messages"]) == 3
    assert len(sent["Four"]["messages"]) == 1
    assert Message.objects.count() == 8


def test_a_plain_form_is_answered_with_the_page_to_look_at(alice_client):
    begun = alice_client.http.post("/conversations/", data={"text": "[[echo:By form.]]"})
    path = f"/conversations/{Conversation.objects.get().pk}/"
    assert (begun.status_code, begun.headers["location"]) == (303, path)
    eventually(lambda: Message.objects.writing().count() == 0)

    again = alice_client.http.post(path + "messages/", data={"text": "[[echo:And again.]]"})
    assert (again.status_code, again.headers["location"]) == (303, path)
    eventually(lambda: "And again." in alice_client.http.get(path).text)
    eventually(lambda: Message.objects.writing().count() == 0)


def test_a_plain_form_that_the_budget_has_no_room_for_comes_back_with_what_was_typed(alice_client, alice):
    TeamSettings(monthly_limit=0).save()
    conversation = create_conversation(alice, "High tide?")
    refused = alice_client.http.post(f"/conversations/{conversation.pk}/messages/", data={"text": "And low tide?"})
    assert refused.status_code == 429
    assert "High tide?" in refused.text
    assert "And low tide?</textarea>" in refused.text
    assert conversation.messages.count() == 2


def test_while_an_answer_is_written_another_question_is_refused_and_kept(alice_client):
    with alice_client.asking("[[endless]]") as stream:
        path, before = f"/conversations/{stream.start['conversation']}/messages/", Message.objects.count()
        refused = alice_client.http.post(path, data={"text": "Me too!"}, headers={"Accept": "text/event-stream"})
        by_form = alice_client.http.post(path, data={"text": "Me too!"})
        alice_client.stop(stream.start["reply"])

    assert (refused.status_code, by_form.status_code) == (409, 409)
    assert refused.json()["error"] in by_form.text
    assert "Me too!</textarea>" in by_form.text
    assert Message.objects.count() == before


def test_alice_may_have_three_running_answers_at_once(alice_client, alice, bob, site):
    for _ in range(3):
        begin(alice)
    refused = alice_client.http.post("/conversations/", data={"text": "Hi"}, headers={"Accept": "text/event-stream"})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "5"
    assert "running answers" in refused.json()["error"]
    assert Conversation.objects.count() == 3
    assert Visitor(site, bob).ask("[[echo:Hi.]]").end["state"] == "complete"


def test_a_repeat_with_the_same_key_follows_the_same_reply(alice_client, stand_in):
    question = {"text": "[[rate:50]][[chars:200]]", "key": "once"}
    with alice_client.asking(**question) as first:
        repeat = alice_client.ask(**question)
        first.read_to_end()
    later = alice_client.ask(**question)

    assert first.start["reply"] == repeat.start["reply"] == later.start["reply"]
    assert first.end["usage"] == repeat.end["usage"] == later.end["usage"]
    assert alice_client.http.post("/conversations/", data=question).status_code == 303
    assert (Conversation.objects.count(), len(stand_in.recorded())) == (1, 1)


def test_the_same_key_with_another_wish_is_refused(alice_client, alice):
    asked = alice_client.ask("[[echo:One.]]", key="once").start
    for text, conversation, fields in (
        ("[[echo:Two.]]", None, {}),
        ("[[echo:One.]]", asked["conversation"], {}),
        ("[[echo:One.]]", None, {"model": "claude-haiku-5-5"}),
    ):
        refused = alice_client.ask(text, conversation, key="once", **fields)
        assert refused.status == 409
        assert refused.response.headers["content-type"] == "application/json"
    assert (Message.objects.count(), IdempotencyKey.objects.count()) == (2, 1)


def test_alice_chooses_a_model_and_the_first_is_taken_where_she_does_not(alice_client, stand_in):
    for fields, model in (({"model": "claude-opus-5-5"}, "claude-opus-5-5"), ({}, "claude-sonnet-5-5")):
        answer = Message.objects.get(pk=alice_client.ask("[[echo:Hi.]]", **fields).start["reply"])
        assert answer.model == model == stand_in.recorded(last=True)[0]["body"]["model"]


def test_a_question_with_a_stale_writer_before_it_is_taken(alice_client, alice):
    conversation = create_conversation(alice)
    ask(conversation, "Lost.", runner="a process that is gone")
    Message.objects.writing().update(heartbeat="2020-01-01T00:00:00Z")
    assert alice_client.ask("[[echo:Found.]]", conversation.pk).end["state"] == "complete"
    lost = Message.objects.get(runner="a process that is gone")
    assert (lost.state, lost.ending) == ("interrupted", "lost")
