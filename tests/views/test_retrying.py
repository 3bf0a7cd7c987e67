"""Trying again, continuing, stopping: what a reader can do with an answer that is there."""

import pytest

from conversations.models import Conversation, Message
from conversations.presentation.wording import CONTINUE
from tests.history import ask, begin, create_conversation, finish_answer, texts
from tests.site import Visitor, eventually


@pytest.fixture
def alice_client(site, alice):
    return Visitor(site, alice)


def retrying(visitor, answer, **fields: str):
    return visitor.streaming("POST", f"/messages/{answer}/reply/", data=fields)


def test_trying_again_adds_a_sibling_and_the_first_answer_stays(alice_client):
    first = alice_client.ask("[[echo:An answer.]]")
    with retrying(alice_client, first.start["reply"]) as stream:
        stream.read_to_end()

    assert stream.start["question"] == first.start["question"]
    assert stream.start["reply"] != first.start["reply"]
    assert f'data-turn="{first.start["question"]}"' not in stream.start["html"]
    assert f'data-turn="{stream.start["reply"]}"' in stream.start["html"]
    assert not stream.named("title")
    old, new = Message.objects.filter(role="assistant").order_by("created")
    assert (old.state, new.state, old.parent) == ("complete", "complete", new.parent)
    assert Conversation.objects.get().head == new
    assert "Version 2 of 2" in alice_client.http.get(f"/conversations/{new.conversation_id}/").text


def test_trying_an_earlier_answer_again_sends_only_what_was_above_it(alice_client, stand_in):
    first = alice_client.ask("One. [[echo:First.]]").start
    alice_client.ask("Two. [[echo:Second.]]", first["conversation"])
    with retrying(alice_client, first["reply"], model="claude-haiku-5-5") as stream:
        stream.read_to_end()

    sent = stand_in.recorded(last=True)[0]["body"]
    assert (sent["model"], len(sent["messages"])) == ("claude-haiku-5-5", 1)
    assert texts(Conversation.objects.get().thread()) == ["One. [[echo:First.]]", "First."]


def test_a_failed_answer_is_tried_again_in_its_place(alice_client):
    failed = alice_client.ask("[[status:500:times:3]][[echo:At last.]]")
    assert (failed.end["state"], failed.end["code"]) == ("failed", "upstream_error")
    assert "Try again</button>" in failed.end["html"]
    with retrying(alice_client, failed.start["reply"]) as stream:
        assert stream.end["state"] == "complete"
    assert texts(Conversation.objects.get().thread())[1] == "At last."


def test_a_repeated_retry_with_the_same_key_follows_the_same_reply(alice_client, stand_in):
    first = alice_client.ask("[[rate:50]][[chars:100]]").start["reply"]
    replies = []
    for _ in range(2):
        with retrying(alice_client, first, key="again") as stream:
            stream.read_to_end()
            replies.append(stream.start["reply"])
    assert replies[0] == replies[1]
    with retrying(alice_client, replies[0], key="again") as stream:
        assert stream.status == 409
    assert (Message.objects.count(), len(stand_in.recorded())) == (3, 2)


def test_a_plain_form_tries_again_and_stops_too(alice_client):
    first = alice_client.ask("[[echo:Hi.]]").start
    again = alice_client.http.post(f"/messages/{first['reply']}/reply/")
    assert (again.status_code, again.headers["location"]) == (303, f"/conversations/{first['conversation']}/")
    eventually(lambda: Message.objects.writing().count() == 0)

    alice_client.http.post("/conversations/", data={"text": "[[endless]]"})
    endless = Message.objects.writing().get()
    stopped = alice_client.http.post(f"/messages/{endless.pk}/stop/")
    assert (stopped.status_code, stopped.headers["location"]) == (303, f"/conversations/{endless.conversation_id}/")
    eventually(lambda: Message.objects.get(pk=endless.pk).state == "stopped")


def test_while_an_answer_is_written_nothing_is_tried_again(alice_client, alice):
    conversation = create_conversation(alice)
    done = conversation.head
    ask(conversation, "Two.")
    with retrying(alice_client, done.pk) as stream:
        assert stream.status == 409
    by_form = alice_client.http.post(f"/messages/{done.pk}/reply/")
    assert by_form.status_code == 409
    assert conversation.messages.count() == 4


def test_a_refused_retry_of_a_person_without_a_script_is_a_page_with_the_sentence(alice_client, alice):
    done = create_conversation(alice).head
    for _ in range(3):
        begin(alice)
    by_form = alice_client.http.post(f"/messages/{done.pk}/reply/")
    assert by_form.status_code == 429
    assert by_form.headers["content-type"].startswith("text/html")
    assert "You have as many running answers as one person may have." in by_form.text
    assert f'data-turn="{done.pk}"' in by_form.text


@pytest.mark.parametrize("marker", ["[[max_tokens]]", "[[rate:200]][[truncate:5]]"])
def test_a_cut_answer_is_continued_by_an_ordinary_question(alice_client, stand_in, marker):
    cut = alice_client.ask(f"Begin. {marker}[[chars:400]]")
    page = alice_client.http.get(f"/conversations/{cut.start['conversation']}/").text
    assert "Continue</button>" in cut.end["html"]
    assert f'name="text" value="{CONTINUE}"' in page

    alice_client.ask(CONTINUE, cut.start["conversation"])
    sent = stand_in.recorded(CONTINUE, last=True)[0]["body"]["messages"]
    assert [turn["role"] for turn in sent] == ["user", "assistant", "user"]
    assert Conversation.objects.get().thread()[2].text == CONTINUE


def test_only_the_last_answer_and_only_a_cut_one_can_be_continued(client, alice):
    conversation = create_conversation(alice, "One.")
    path = f"/conversations/{conversation.pk}/"
    client.force_login(alice)
    assert b"Continue</button>" not in client.get(path).content
    finish_answer(ask(conversation, "Two."), "Half", state="interrupted", ending="lost")
    assert client.get(path).content.count(b"Continue</button>") == 1
    finish_answer(ask(conversation, "Three."))
    assert b"Continue</button>" not in client.get(path).content


def test_an_empty_failed_answer_is_left_out_of_what_is_sent_next(alice_client, stand_in):
    failed = alice_client.ask("One. [[status:500]]").start
    alice_client.ask("Two. [[echo:Fine.]]", failed["conversation"])
    sent = stand_in.recorded("Two.", last=True)[0]["body"]["messages"]
    assert [turn["role"] for turn in sent] == ["user"]
    assert [block["text"] for block in sent[0]["content"]] == ["One. [[status:500]]", "Two. [[echo:Fine.]]"]


def test_stopping_is_idempotent_and_says_how_the_answer_ended(alice_client, alice):
    with alice_client.asking("[[endless]][[rate:100]]") as stream:
        stream.until("tail")
        assert alice_client.stop(stream.start["reply"]) == "stopped"
    stopped = Message.objects.get(pk=stream.start["reply"])
    assert alice_client.stop(stopped.pk) == "stopped"
    assert alice_client.stop(create_conversation(alice).head_id) == "complete"
    stopped_again = Message.objects.get(pk=stopped.pk)
    assert (stopped_again.text, stopped_again.finished) == (stopped.text, stopped.finished)
