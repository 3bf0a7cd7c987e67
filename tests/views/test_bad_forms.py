"""Forms, addresses and sizes that cannot be meant: 4xx with a sentence, nothing stored, nothing typed lost."""

import uuid

import pytest

from conversations.models import Conversation, Message
from tests.history import create_conversation
from tests.site import Visitor

pytestmark = pytest.mark.django_db
STREAM = {"accept": "text/event-stream"}
MEGABYTE = 1024 * 1024


QUESTIONS = {
    "no text": {},
    "an empty text": {"text": ""},
    "white space": {"text": " \r\n\t\u2003"},
    "NUL": {"text": "a\0b"},
    "NUL in the key": {"text": "Hi", "key": "\0"},
    "a key of 101 characters": {"text": "Hi", "key": "k" * 101},
    "an unknown model": {"text": "Hi", "model": "gpt-2"},
    "NUL in the model": {"text": "Hi", "model": "claude\0"},
    "a model of 5000 characters": {"text": "Hi", "model": "m" * 5000},
    "a parent that is no id": {"text": "Hi", "parent": "the first"},
    "a parent that is a number": {"text": "Hi", "parent": "9" * 5000},
    "NUL in the parent": {"text": "Hi", "parent": "\0"},
    "a text that is too long": {"text": "x" * 200_001},
    "200 001 emoji": {"text": "🙂" * 200_001},
}


@pytest.mark.parametrize("fields", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_that_cannot_be_asked_is_refused_and_stays_in_the_composer(alice_client, alice, fields):
    conversation = create_conversation(alice)
    for path in ("/conversations/", f"/conversations/{conversation.pk}/messages/"):
        for_a_script = alice_client.post(path, fields, headers=STREAM)
        assert for_a_script.status_code == 400
        assert len(for_a_script.json()["error"].split()) > 2

        for_a_person = alice_client.post(path, fields)
        assert for_a_person.status_code == 400
        assert for_a_person.context["problem"] == for_a_script.json()["error"]
        assert for_a_person.context["draft"] == fields.get("text", "")
    assert (Conversation.objects.count(), Message.objects.count()) == (1, 2)


@pytest.mark.parametrize("fields", [{"model": "gpt-2"}, {"key": "k" * 101}, {"key": "\0"}, {"model": "\0"}])
def test_a_retry_that_cannot_be_meant_is_refused(alice_client, alice, fields):
    answer = create_conversation(alice).head
    refused = alice_client.post(f"/messages/{answer.pk}/reply/", fields, headers=STREAM)
    assert refused.status_code == 400
    assert len(refused.json()["error"].split()) > 2
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    "path",
    [
        "/conversations/1/",
        "/conversations/00000000-0000-0000-0000-00000000000g/",
        f"/conversations/{uuid.uuid4()}/",
        f"/messages/{uuid.uuid4()}/reply/",
        "/messages/%00/reply/",
        "/conversations/%ff/",
        "/%f0%28%8c%bc",
        "/" + "a" * 5000,
    ],
)
def test_an_address_that_leads_nowhere_is_not_found(alice_client, path):
    assert alice_client.get(path).status_code == 404


@pytest.mark.parametrize("before", ["", "x", "%00", "%ff", "9" * 5000, "0"])
def test_older_turns_before_something_that_is_no_id_are_not_found(alice_client, alice, before):
    assert alice_client.get(f"/conversations/{create_conversation(alice).pk}/?before={before}").status_code == 404


@pytest.mark.parametrize("page", ["", "x", "0", "-1", "9" * 5000, "%00", "1e9"])
def test_a_page_of_the_list_that_cannot_be_is_answered_with_one_that_is(alice_client, page):
    assert alice_client.get(f"/conversations/?page={page}").status_code == 200


def test_the_longest_question_is_taken_and_its_line_ends_count_once(site, alice):
    """200 000 code points once CRLF is LF: as the textarea of a browser sends them."""
    lines = "[[echo:Read.]]" + "🙂\r\n" * ((200_000 - 14) // 2)
    for text in (lines, "[[echo:Read.]]" + "x" * (200_000 - 14)):
        stream = Visitor(site, alice).ask(text)
        assert stream.end["state"] == "complete"
        question = Message.objects.get(pk=stream.start["question"])
        assert question.text == text.replace("\r\n", "\n")
        assert len(question.text) == 200_000


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_large_body_is_refused_also_where_none_belongs(site, alice, method):
    """Django would write it to a temporary file, however long it is."""
    pieces = iter([b"x" * MEGABYTE] * 5)
    assert Visitor(site, alice).http.request(method, "/healthz", content=pieces).status_code == 413


@pytest.mark.parametrize("path", ["/conversations/", "/api/chat", "/accounts/login/"])
def test_a_body_over_four_megabytes_is_refused_whether_its_length_is_told_or_not(site, alice, path):
    visitor = Visitor(site, alice)
    body = b"text=" + b"x" * 4 * MEGABYTE
    for content in (body, iter([body[: 2 * MEGABYTE], body[2 * MEGABYTE :]])):
        refused = visitor.http.post(path, content=content, headers={"Accept": "application/json"})
        assert refused.status_code == 413
        assert refused.json() == {"error": "The request is too large."}
        assert refused.headers["content-type"] == "application/json"
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in refused.headers["cache-control"]
    assert not Conversation.objects.exists()
    assert visitor.http.get("/healthz").text == "ok\n"
