"""The meter of what Claude is sent with the next question, as Claude counts it."""

import asyncio
import re

import pytest

from conversations.claude import client
from conversations.models import BudgetSpent, Busy, Message, Summary
from conversations.models.content import text_content
from conversations.replies import engine, storage
from conversations.replies.context import count_context
from tests.history import MODEL, begin, create_conversation, create_file, create_usage, finish_answer, retry
from tests.replies.threads import storage_threads
from tests.site import Site, Visitor
from tests.views.requests import SCRIPT


def fill(conversation, tokens=850_000):
    """Have the last answer of a conversation say that it was sent with so many tokens."""
    usage = {"conversation": conversation, "message": conversation.head, "input_tokens": tokens}
    create_usage(conversation.owner, **usage)
    return f"/messages/{conversation.head_id}/context/"


def counts(stand_in):
    return [call for call in stand_in.recorded() if call["path"] == "/v1/messages/count_tokens"]


def test_the_page_shows_an_estimate_at_once_and_does_not_wait_for_claude(alice_visitor, alice, stand_in):
    conversation = create_conversation(alice)
    fill(conversation)
    page = alice_visitor.http.get(f"/conversations/{conversation.pk}/").text

    assert "<span>85 %</span>" in page
    assert "data-estimated" in page
    assert counts(stand_in) == []


def test_claude_counts_what_the_next_question_is_sent_with_once(alice_visitor, alice, stand_in):
    conversation = create_conversation(alice, "The harbour.")
    address = fill(conversation)
    # A short conversation: the estimate was wrong, and nothing is shown.
    meter = alice_visitor.http.get(address, headers=SCRIPT)
    assert (meter.status_code, meter.text) == (200, "")
    alice_visitor.http.get(address, headers=SCRIPT)

    [call] = counts(stand_in)
    assert [message["role"] for message in call["body"]["messages"]] == ["user", "assistant", "user"]
    assert Message.objects.filter(pk=conversation.head_id, context_tokens__range=(1, 99)).exists()
    assert "context-meter" not in alice_visitor.http.get(f"/conversations/{conversation.pk}/").text


def test_the_meter_is_what_claude_counted(alice_visitor, alice):
    conversation = create_conversation(alice)
    address = fill(conversation)
    Message.objects.filter(pk=conversation.head_id).update(context_tokens=620_000)
    meter = alice_visitor.http.get(address, headers=SCRIPT).text

    assert "<span>62 %</span>" in meter
    assert "data-estimated" not in meter


def test_where_claude_does_not_count_the_estimate_stays(site, alice, db):
    conversation = create_conversation(alice)
    address = fill(conversation)
    with Site("http://127.0.0.1:9") as without_claude:
        assert Visitor(without_claude, alice).http.get(address, headers=SCRIPT).status_code == 204
    assert Message.objects.get(pk=conversation.head_id).context_tokens is None


def test_an_answer_at_which_a_summary_ends_is_counted(alice_visitor, alice, stand_in):
    conversation = create_conversation(alice, "The harbour.")
    address = fill(conversation)
    Summary.store(conversation.head_id, model=MODEL, content=text_content("Calm."), text="Calm.")

    assert alice_visitor.http.get(address, headers=SCRIPT).status_code == 200
    [call] = counts(stand_in)
    assert "Calm." in call["body"]["messages"][0]["content"][0]["text"]


def test_many_megabytes_are_not_sent_to_be_counted(alice_visitor, alice, stand_in):
    report = create_file(alice, content=b"x" * 5_300_000)
    conversation = finish_answer(begin(alice, attachments=(report.pk,))).conversation
    response = alice_visitor.http.get(fill(conversation), headers=SCRIPT)

    assert (response.status_code, counts(stand_in)) == (204, [])


def test_a_count_that_a_summary_has_overtaken_is_not_kept(transactional_db, alice, monkeypatch):
    conversation = create_conversation(alice, "The harbour.", "The boats.")

    async def count_while_a_summary_is_written(_request):
        first_answer = (await storage.run(conversation.thread))[1]
        await storage.run(Summary.store, first_answer.pk, model=MODEL, content=text_content("Calm."), text="Calm.")
        return 620_000

    monkeypatch.setattr(client, "count_tokens", count_while_a_summary_is_written)
    with storage_threads():
        assert asyncio.run(count_context(conversation.head)) == 620_000
    conversation.head.refresh_from_db()
    assert conversation.head.context_tokens is None


def test_what_was_counted_with_a_file_that_is_deleted_is_counted_again(db, alice):
    report = create_file(alice)
    answer = finish_answer(begin(alice, attachments=(report.pk,)))
    Message.objects.filter(pk=answer.pk).update(context_tokens=620_000)
    report.delete()
    answer.refresh_from_db()
    assert answer.context_tokens is None


def test_bob_is_not_told_how_full_alices_conversation_is(site, alice, bob):
    address = fill(create_conversation(alice))
    assert Visitor(site, bob).http.get(address, headers=SCRIPT).status_code == 404


@pytest.mark.parametrize("tokens", [480_000, 620_000])
def test_the_meter_is_shown_from_half_of_the_window_on(alice_client, alice, tokens):
    conversation = create_conversation(alice)
    fill(conversation, tokens)
    page = alice_client.get(f"/conversations/{conversation.pk}/").text
    assert ("context-meter" in page) == (tokens > 500_000)


@pytest.mark.django_db
@pytest.mark.parametrize(("questions", "is_offered"), [(["One."], False), (["One.", "Two."], True)])
def test_a_summary_is_offered_only_where_there_are_older_turns(client, alice, questions, is_offered):
    conversation = create_conversation(alice, *questions)
    fill(conversation)
    client.force_login(alice)
    address = f"/conversations/{conversation.pk}/"
    for path in (address, "/conversations/", "/bin/"):
        rows = re.findall(rf'<chat-entry [^>]*data-conversation="{conversation.pk}"[^>]*>', client.get(path).text)
        assert [("data-summarizable" in row) for row in rows] == [is_offered] * len(rows)
        assert rows
    assert ("Summarise older turns" in client.get(f"{address}edit/").text) is is_offered
    meter = client.get(address).text.partition("<context-meter")[2].partition("</context-meter>")[0]
    assert ("Summarise older turns" in meter) is is_offered
    assert client.get(f"/sidebar/?open={conversation.pk}").json()["conversation"]["summarizable"] is is_offered


@pytest.mark.django_db
def test_a_summary_is_not_offered_beside_another_version_where_the_shown_one_has_no_older_turns(client, alice):
    """A search finds the first version of the first answer, which has a question below it."""
    conversation = create_conversation(alice, "One.", "Two.")
    _question, answer = conversation.thread()[:2]
    finish_answer(retry(answer))
    client.force_login(alice)
    address = f"/conversations/{conversation.pk}/"
    for path in (address, f"{address}?message={answer.pk}"):
        assert "data-summarizable" not in client.get(path).text.partition("<h1")[0].rpartition("<chat-entry")[2]


@pytest.mark.parametrize("headers", [SCRIPT, {}])
def test_alice_learns_when_to_ask_for_a_summary_again_while_the_server_stops(alice_client, alice, monkeypatch, headers):
    monkeypatch.setattr(engine, "refuses_questions", True)
    conversation = create_conversation(alice)
    response = alice_client.post(f"/conversations/{conversation.pk}/summary/", headers=headers)
    assert (response.status_code, response.headers.get("Retry-After")) == (503, "5")


@pytest.mark.parametrize(
    ("outcome", "status", "sentence"),
    [
        (Busy(), 409, "An answer is still being written here."),
        (BudgetSpent(), 429, "is not enough"),
        ("overloaded", 502, "Claude"),
    ],
)
def test_without_scripts_alice_reads_in_her_conversation_why_there_is_no_summary(
    alice_client, alice, monkeypatch, outcome, status, sentence
):
    async def fail(_answer):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(engine, "summarize", fail)
    conversation = create_conversation(alice, "The harbour.", "The boats.")
    response = alice_client.post(f"/conversations/{conversation.pk}/summary/")

    assert response.status_code == status
    [problem] = re.findall(r'<p id="problem" role="alert" data-problem>(.*?)</p>', response.text)
    assert sentence in problem
    assert "The boats." in response.text


def test_alice_who_deletes_her_conversation_while_it_is_summarised_gets_404(alice_client, alice, monkeypatch):
    conversation = create_conversation(alice)

    async def delete_and_fail(_answer):
        await conversation.adelete()
        return "overloaded"

    monkeypatch.setattr(engine, "summarize", delete_and_fail)
    assert alice_client.post(f"/conversations/{conversation.pk}/summary/").status_code == 404
