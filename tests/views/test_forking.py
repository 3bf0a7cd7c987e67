"""A new conversation that begins with the turns of another one."""

import pytest

from conversations.models import Attachment, Conversation, Message, Summary, ToolCall, Usage
from conversations.models.title import MAX_TITLE_LENGTH
from conversations.views.turn_limit import TurnLimit
from tests.citing import create_cited_answer
from tests.history import ask, begin, create_conversation, create_file, create_usage, finish_answer, texts
from tests.site import Visitor
from tests.using_tools import FOUND, begin_waiting, create_answer_with_step, create_tool, read_steps, run_for
from tests.views.requests import SCRIPT, path_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_limit(monkeypatch):
    """The limit of a minute is that of the process, which runs other tests."""
    monkeypatch.setattr("conversations.views.conversations.turn_limit", TurnLimit())


def fork(client, answer, **fields):
    """Fork as Alice does; returns the new conversation."""
    response = client.post(f"/messages/{answer.pk}/fork/", fields)
    assert response.status_code == 303
    return Conversation.objects.get(pk=response.headers["location"].split("/")[2])


def test_alice_goes_on_from_an_answer_in_a_new_conversation(alice_client, alice):
    original = create_conversation(alice, "First?", "Second?", "Third?")
    answer = original.thread()[3]
    new = fork(alice_client, answer)

    assert texts(new.thread()) == ["First?", "An answer.", "Second?", "An answer."]
    assert (new.owner, new.title) == (alice, "First? (branch)")
    assert [message.created for message in new.thread()] == [message.created for message in original.thread()[:4]]
    assert texts(original.thread())[-2:] == ["Third?", "An answer."]
    page = alice_client.get(path_of(new)).content.decode()
    assert "Second?" in page
    assert "Third?" not in page


def test_what_alice_asks_in_the_new_one_is_not_in_the_original(alice_client, alice):
    original = create_conversation(alice, "First?")
    new = fork(alice_client, original.thread()[1])
    finish_answer(ask(new, "And then?"))

    assert len(new.thread()) == 4
    original.refresh_from_db()
    assert texts(original.thread()) == ["First?", "An answer."]


def test_the_next_question_is_sent_with_the_turns_that_were_copied(site, alice, stand_in):
    visitor = Visitor(site, alice)
    answer = visitor.ask("[[echo:High at six.]]When is it high?")
    response = visitor.http.post(f"/messages/{answer.start['reply']}/fork/")
    new = response.headers["location"].split("/")[2]
    assert visitor.ask("[[echo:Yes.]]Sure?", new).end["state"] == "complete"

    sent = stand_in.recorded()[-1]["body"]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert "High at six." in str(sent[1]["content"])


def test_the_files_of_a_question_stay_when_the_original_is_purged(alice_client, alice):
    file = create_file(alice)
    original = finish_answer(begin(alice, "What is in it?", attachments=(file.pk,))).conversation
    new = fork(alice_client, original.thread()[1])
    original.delete()

    assert Attachment.objects.get().pk == file.pk
    assert alice_client.get(f"/files/{file.pk}/").status_code == 200
    assert f"/files/{file.pk}/" in alice_client.get(path_of(new)).content.decode()


def test_a_file_that_was_deleted_is_no_obstacle(alice_client, alice):
    file = create_file(alice)
    original = finish_answer(begin(alice, "What is in it?", attachments=(file.pk,))).conversation
    file.delete()
    assert texts(fork(alice_client, original.thread()[1]).thread()) == ["What is in it?", "An answer."]


def test_the_steps_and_the_results_of_tools_are_shown_and_their_calls_are_not_copied(alice_client, alice):
    call = create_answer_with_step(alice)
    new = fork(alice_client, call.message)

    html = alice_client.get(path_of(new)).content.decode()
    assert FOUND in html
    assert ToolCall.objects.get() == call


@pytest.mark.parametrize(("state", "words"), [("done", "done"), ("denied", "denied"), ("failed", "failed")])
def test_a_copied_step_is_named_as_in_the_original_and_says_how_it_ended(alice_client, alice, state, words):
    call = create_answer_with_step(alice, state, title="Find a ferry", **run_for(1.2))
    new = fork(alice_client, call.message)

    step = f"Find a ferry {words} 1.2 s day Sunday Result {FOUND}"
    assert [read_steps(alice_client, path_of(new, page)) for page in ("", "print/")] == [[step], [step]]
    exported = alice_client.get(path_of(new, "markdown/")).content.decode()
    assert f"- **Find a ferry**: {words}, 1.2 s (day: Sunday)" in exported


def test_a_copied_step_keeps_its_name_and_its_end_when_the_original_is_purged(alice_client, alice):
    create_tool("find_ferries", title="Find a ferry")
    call = create_answer_with_step(alice, "denied")
    new = fork(alice_client, call.message)
    Conversation.objects.exclude(pk=new.pk).get().delete()

    assert read_steps(alice_client, path_of(new)) == [f"Find a ferry denied day Sunday Result {FOUND}"]


def test_a_step_of_somebody_else_is_no_original(alice_client, alice, bob):
    call = create_answer_with_step(alice)
    new = fork(alice_client, call.message)
    Conversation.objects.exclude(pk=new.pk).get().delete()
    ToolCall.objects.update(user=bob, title="Of Bob")

    assert read_steps(alice_client, path_of(new)) == [f"find ferries done day Sunday Result {FOUND}"]


def test_citations_lead_to_the_sources_of_the_copy(alice_client, alice):
    answer = create_cited_answer(alice)
    alice_client.get(path_of(answer.conversation))
    new = fork(alice_client, answer)

    html = alice_client.get(path_of(new)).content.decode()
    assert f"{new.head_id}" in html
    assert f"{answer.pk}" not in html


def test_costs_stay_with_the_original(alice_client, alice):
    answer = create_conversation(alice).thread()[1]
    usage = create_usage(alice, message=answer)
    fork(alice_client, answer)
    assert Usage.objects.get() == usage


def test_a_summary_of_the_turns_is_there_too(alice_client, alice):
    original = create_conversation(alice, "First?", "Second?")
    upto = original.thread()[1]
    original.summaries.create(upto=upto, text="They met.", content=[{"type": "text", "text": "They met."}], model="m")
    new = fork(alice_client, original.thread()[3])

    summary = new.summaries.get()
    assert (summary.upto, summary.text) == (new.thread()[1], "They met.")
    assert Summary.objects.count() == 2


def test_the_new_one_is_found(alice_client, alice):
    original = create_conversation(alice, "About the lighthouse?")
    new = fork(alice_client, original.thread()[1])
    assert path_of(new) in alice_client.get("/search/", {"q": "lighthouse"}).content.decode()


def test_a_form_that_is_sent_twice_makes_one(alice_client, alice):
    answer = create_conversation(alice).thread()[1]
    assert fork(alice_client, answer, key="k") == fork(alice_client, answer, key="k")
    assert Conversation.objects.count() == 2


@pytest.mark.parametrize("start", [lambda alice: begin(alice), lambda alice: begin_waiting(alice)[0].message])
def test_an_answer_that_is_not_final_is_not_copied(alice_client, alice, start):
    answer = start(alice)
    page = alice_client.post(f"/messages/{answer.pk}/fork/")
    script = alice_client.post(f"/messages/{answer.pk}/fork/", headers=SCRIPT)

    assert (page.status_code, script.status_code) == (409, 409)
    assert "An answer is still being written here." in page.content.decode()
    assert Conversation.objects.count() == 1


def test_a_question_has_no_copy_of_its_own(alice_client, alice):
    question = create_conversation(alice).thread()[0]
    assert alice_client.post(f"/messages/{question.pk}/fork/").status_code == 404


def test_an_answer_in_the_bin_is_not_copied(alice_client, alice):
    conversation = create_conversation(alice)
    conversation.bin()
    assert alice_client.post(f"/messages/{conversation.head_id}/fork/").status_code == 404


def test_a_key_that_is_too_long_is_refused(alice_client, alice):
    answer = create_conversation(alice).thread()[1]
    assert alice_client.post(f"/messages/{answer.pk}/fork/", {"key": "k" * 101}).status_code == 400


def test_a_long_title_is_shortened(alice_client, alice):
    original = create_conversation(alice)
    original.rename("x" * MAX_TITLE_LENGTH)
    title = fork(alice_client, original.thread()[1]).title
    assert len(title) == MAX_TITLE_LENGTH
    assert title.endswith("x (branch)")


@pytest.mark.parametrize("headers", [SCRIPT, {}])
def test_too_many_copies_within_a_minute_are_refused(alice_client, alice, monkeypatch, headers):
    monkeypatch.setattr("conversations.views.turn_limit.MAX_TURNS_PER_MINUTE", 150)
    answer = create_conversation(alice).thread()[1]
    fork(alice_client, answer)
    response = alice_client.post(f"/messages/{answer.pk}/fork/", headers=headers)

    assert (response.status_code, response.headers.get("Retry-After")) == (429, "60")
    assert Conversation.objects.count() == 2


def test_a_long_branch_takes_as_many_queries_as_a_short_one(alice_client, alice, django_assert_max_num_queries):
    short, long = create_conversation(alice), create_conversation(alice, *"abcdefghijklmnop")
    with django_assert_max_num_queries(60) as few:
        fork(alice_client, Message.objects.get(pk=short.head_id))
    with django_assert_max_num_queries(len(few)):
        fork(alice_client, Message.objects.get(pk=long.head_id))
