"""What can be done with an answer: try it again, continue it, stop it."""

import pytest

from conversations.models import Conversation, Message
from conversations.presentation.wording import CONTINUE
from tests.history import ask, begin, create_conversation, finish_answer, texts
from tests.site import eventually
from tests.views.requests import STREAM, path_of


def retry(visitor, answer, **fields: str):
    """The stream of a retry, read to its end. `answer`: its id."""
    with visitor.streaming("POST", f"/messages/{answer}/reply/", data=fields) as stream:
        stream.read_to_end()
    return stream


# Trying again


def test_a_retry_adds_a_version_and_keeps_the_first_answer(alice_visitor, alice):
    first = create_conversation(alice, "Hi [[echo:Again.]]").head
    retry(alice_visitor, first.pk)

    conversation = Conversation.objects.get()
    assert conversation.head_id != first.pk
    assert texts(Message.objects.filter(role="assistant").order_by("created")) == ["An answer.", "Again."]
    assert "Version 2 of 2" in alice_visitor.http.get(path_of(conversation)).text


def test_the_stream_of_a_retry_starts_with_the_new_answer_alone(alice_visitor, alice):
    first = create_conversation(alice, "Hi [[echo:Again.]]").head
    stream = retry(alice_visitor, first.pk)

    assert stream.start["question"] == str(first.parent_id)
    assert stream.start["reply"] != str(first.pk)
    assert f'data-turn="{stream.start["reply"]}"' in stream.start["html"]
    assert f'data-turn="{first.parent_id}"' not in stream.start["html"]
    assert not stream.named("title")


def test_a_retry_further_up_sends_only_what_is_above_it(alice_visitor, alice, stand_in):
    conversation = create_conversation(alice, "One. [[echo:First.]]", "Two.")
    retry(alice_visitor, conversation.thread()[1].pk, model="claude-haiku-5-5")

    request = stand_in.recorded(last=True)[0]["body"]
    assert (request["model"], len(request["messages"])) == ("claude-haiku-5-5", 1)
    conversation.refresh_from_db()
    assert texts(conversation.thread()) == ["One. [[echo:First.]]", "First."]


def test_a_failed_answer_can_be_tried_again(alice_visitor):
    failed = alice_visitor.ask("[[status:500:times:3]][[echo:At last.]]")
    assert (failed.end["state"], failed.end["code"]) == ("failed", "upstream_error")
    assert "Try again</button>" in failed.end["html"]

    assert retry(alice_visitor, failed.start["reply"]).end["state"] == "complete"
    assert texts(Conversation.objects.get().thread())[1] == "At last."


def test_a_repeated_retry_with_the_same_key_follows_the_same_reply(alice_visitor, alice, stand_in):
    first = create_conversation(alice, "[[rate:50]][[chars:100]]").head
    streams = [retry(alice_visitor, first.pk, key="again") for _twice in range(2)]

    assert streams[0].start["reply"] == streams[1].start["reply"]
    assert (Message.objects.count(), len(stand_in.recorded())) == (3, 1)


def test_the_same_key_for_a_retry_of_another_answer_is_refused(alice_visitor, alice):
    first = create_conversation(alice, "[[echo:Again.]]").head
    second = retry(alice_visitor, first.pk, key="again").start["reply"]
    assert retry(alice_visitor, second, key="again").status == 409


def test_a_plain_form_tries_again_and_leads_back_to_the_conversation(alice_visitor, alice):
    conversation = create_conversation(alice, "[[echo:Again.]]")
    response = alice_visitor.http.post(f"/messages/{conversation.head_id}/reply/")

    assert (response.status_code, response.headers["location"]) == (303, path_of(conversation))
    eventually(lambda: Message.objects.filter(text="Again.", state="complete").exists())


@pytest.mark.parametrize("headers", [{}, STREAM], ids=["form", "script"])
def test_while_an_answer_is_written_no_other_one_can_be_tried_again(alice_visitor, alice, headers):
    conversation = create_conversation(alice)
    first = conversation.head
    ask(conversation, "Two.")
    response = alice_visitor.http.post(f"/messages/{first.pk}/reply/", headers=headers)

    assert response.status_code == 409
    assert conversation.messages.count() == 4


def test_a_refused_retry_by_plain_form_is_the_page_with_a_sentence(alice_visitor, alice):
    first = create_conversation(alice).head
    for _ in range(3):
        begin(alice)
    response = alice_visitor.http.post(f"/messages/{first.pk}/reply/")

    assert response.status_code == 429
    assert "You have as many running answers as one person may have." in response.text
    assert response.headers["Retry-After"] == "5"
    assert f'data-turn="{first.pk}"' in response.text


# Continuing


@pytest.mark.parametrize("marker", ["[[max_tokens]]", "[[rate:200]][[truncate:5]]"])
def test_a_cut_answer_offers_to_continue(alice_visitor, marker):
    stream = alice_visitor.ask(f"Begin. {marker}[[chars:400]]")
    page = alice_visitor.http.get(f"/conversations/{stream.start['conversation']}/").text

    assert "Continue</button>" in stream.end["html"]
    assert f'name="text" value="{CONTINUE}"' in page


def test_continuing_is_an_ordinary_question(alice_visitor, stand_in):
    cut = alice_visitor.ask("Begin. [[max_tokens]][[chars:400]]").start
    alice_visitor.ask(CONTINUE, cut["conversation"])

    messages = stand_in.recorded(CONTINUE, last=True)[0]["body"]["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert Conversation.objects.get().thread()[2].text == CONTINUE


def test_code_that_was_cut_goes_on_as_code_while_it_is_written_and_afterwards(alice_visitor, alice):
    cut = finish_answer(begin(alice), "Run:\n\n```python\nfor i in ra", state="stopped", ending="stopped")
    stream = alice_visitor.ask(CONTINUE, cut.conversation)
    answer = Message.objects.latest("created")

    assert answer.html.startswith('<div class="code"><div class="code-head"><span class="code-language">python</span>')
    assert "".join(data["html"] for name, data in stream.frames if name in {"snapshot", "commit"}) == answer.html
    assert answer.html in alice_visitor.http.get(path_of(cut.conversation)).text


def test_a_continued_answer_is_rendered_anew_below_what_it_continues(client, alice):
    cut = finish_answer(begin(alice), "```python\nfor i in ra", state="stopped", ending="stopped")
    finish_answer(ask(cut.conversation, CONTINUE), "nge(9): pass")
    client.force_login(alice)

    assert client.get(path_of(cut.conversation)).content.count(b'<span class="code-language">python</span>') == 2


def test_a_question_to_continue_is_shown_as_continued(alice_visitor):
    cut = alice_visitor.ask("Begin. [[max_tokens]][[chars:400]]").start
    continued = alice_visitor.ask(CONTINUE, cut["conversation"])
    page = alice_visitor.http.get(f"/conversations/{cut['conversation']}/").text

    for html in (continued.start["html"], page):
        assert '<p class="meta">Continued</p>' in html
        assert f"data-text hidden>{CONTINUE}</p>" in html


def test_a_complete_answer_does_not_offer_to_continue(client, alice):
    client.force_login(alice)
    assert b"Continue</button>" not in client.get(path_of(create_conversation(alice))).content


def test_only_the_last_answer_offers_to_continue(client, alice):
    conversation = create_conversation(alice)
    finish_answer(ask(conversation, "Two."), "Half", state="interrupted", ending="lost")
    client.force_login(alice)
    assert client.get(path_of(conversation)).content.count(b"Continue</button>") == 1

    finish_answer(ask(conversation, "Three."))
    assert b"Continue</button>" not in client.get(path_of(conversation)).content


def test_an_empty_failed_answer_is_not_sent_with_the_next_question(alice_visitor, stand_in):
    failed = alice_visitor.ask("One. [[status:500]]").start
    alice_visitor.ask("Two. [[echo:Fine.]]", failed["conversation"])

    [message] = stand_in.recorded("Two.", last=True)[0]["body"]["messages"]
    assert message["role"] == "user"
    assert [block["text"] for block in message["content"]] == ["One. [[status:500]]", "Two. [[echo:Fine.]]"]


# Stopping


def test_a_script_stops_an_answer_and_gets_its_state(alice_visitor):
    with alice_visitor.asking("[[endless]][[rate:100]]") as stream:
        stream.until("tail")
        assert alice_visitor.stop(stream.start["reply"]) == "stopped"


def test_stopping_again_changes_nothing(alice_visitor):
    with alice_visitor.asking("[[endless]][[rate:100]]") as stream:
        stream.until("tail")
        alice_visitor.stop(stream.start["reply"])
    stopped = Message.objects.get(pk=stream.start["reply"])

    assert alice_visitor.stop(stopped.pk) == "stopped"
    again = Message.objects.get(pk=stopped.pk)
    assert (again.text, again.finished) == (stopped.text, stopped.finished)


def test_stopping_a_complete_answer_says_that_it_is_complete(alice_visitor, alice):
    assert alice_visitor.stop(create_conversation(alice).head_id) == "complete"


def test_a_plain_form_stops_an_answer_and_leads_back_to_the_conversation(alice_visitor):
    alice_visitor.http.post("/conversations/", data={"text": "[[endless]]"})
    answer = Message.objects.writing().get()
    response = alice_visitor.http.post(f"/messages/{answer.pk}/stop/")

    assert (response.status_code, response.headers["location"]) == (303, path_of(answer.conversation))
    eventually(lambda: Message.objects.get(pk=answer.pk).state == "stopped")
