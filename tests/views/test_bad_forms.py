"""Forms, addresses and sizes that no browser of ours sends: 4xx with a sentence, nothing stored, no text lost."""

import uuid

import pytest

from conversations.models import Conversation, Message
from tests.history import create_conversation
from tests.views.requests import STREAM, path_of

pytestmark = pytest.mark.django_db
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
    "a parent that is not an id": {"text": "Hi", "parent": "the first"},
    "a parent that is a number": {"text": "Hi", "parent": "9" * 5000},
    "NUL in the parent": {"text": "Hi", "parent": "\0"},
    "a text that is too long": {"text": "x" * 200_001},
    "200 001 emoji": {"text": "🙂" * 200_001},
}
RETRIES = {
    "an unknown model": {"model": "gpt-2"},
    "NUL in the model": {"model": "\0"},
    "a key of 101 characters": {"key": "k" * 101},
    "NUL in the key": {"key": "\0"},
}


@pytest.fixture(params=["a new conversation", "a conversation"])
def ask_path(request, alice):
    """The address that a question is sent to."""
    return "/conversations/" if "new" in request.param else path_of(create_conversation(alice), "messages/")


@pytest.mark.parametrize("fields", QUESTIONS.values(), ids=QUESTIONS)
def test_a_script_is_told_why_a_question_is_refused(alice_client, ask_path, fields):
    before = Conversation.objects.count(), Message.objects.count()
    response = alice_client.post(ask_path, fields, headers=STREAM)

    assert response.status_code == 400
    assert len(response.json()["error"].split()) > 2
    assert (Conversation.objects.count(), Message.objects.count()) == before


@pytest.mark.parametrize("fields", QUESTIONS.values(), ids=QUESTIONS)
def test_a_refused_question_comes_back_in_the_composer(alice_client, ask_path, fields):
    before = Conversation.objects.count(), Message.objects.count()
    response = alice_client.post(ask_path, fields)

    assert response.status_code == 400
    assert response.context["draft"] == fields.get("text", "")
    assert len(response.context["problem"].split()) > 2
    assert (Conversation.objects.count(), Message.objects.count()) == before


@pytest.mark.parametrize("fields", RETRIES.values(), ids=RETRIES)
def test_a_script_is_told_why_a_retry_is_refused(alice_client, alice, fields):
    answer = create_conversation(alice).head
    response = alice_client.post(f"/messages/{answer.pk}/reply/", fields, headers=STREAM)

    assert response.status_code == 400
    assert len(response.json()["error"].split()) > 2
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
def test_an_address_of_nothing_is_not_found(alice_client, path):
    assert alice_client.get(path).status_code == 404


@pytest.mark.parametrize("before", ["", "x", "%00", "%ff", "9" * 5000, "0"])
def test_turns_before_what_is_not_an_id_are_not_found(alice_client, alice, before):
    assert alice_client.get(f"{path_of(create_conversation(alice))}?before={before}").status_code == 404


@pytest.mark.parametrize("page", ["", "x", "0", "-1", "9" * 5000, "%00", "1e9"])
def test_a_page_of_the_list_that_does_not_exist_is_answered_with_one_that_does(alice_client, page):
    assert alice_client.get(f"/conversations/?page={page}").status_code == 200


@pytest.mark.parametrize("filling", ["🙂\r\n", "xx"], ids=["with CRLF, which counts once", "without line ends"])
def test_a_question_may_have_200_000_characters(alice_visitor, filling):
    marker = "[[echo:Read.]]"
    text = marker + filling * ((200_000 - len(marker)) // 2)
    stream = alice_visitor.ask(text)

    assert stream.end["state"] == "complete"
    question = Message.objects.get(pk=stream.start["question"])
    assert question.text == text.replace("\r\n", "\n")
    assert len(question.text) == 200_000


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_large_body_is_refused_even_where_no_body_is_expected(alice_visitor, method):
    """Django would write it to a temporary file, however long it is."""
    chunks = iter([b"x" * MEGABYTE] * 5)
    assert alice_visitor.http.request(method, "/healthz", content=chunks).status_code == 413


@pytest.mark.parametrize("path", ["/conversations/", "/api/chat", "/accounts/login/"])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_over_four_megabytes_is_refused_with_or_without_its_length(alice_visitor, path, is_chunked):
    body = b"text=" + b"x" * 4 * MEGABYTE
    content = iter([body[: 2 * MEGABYTE], body[2 * MEGABYTE :]]) if is_chunked else body
    response = alice_visitor.http.post(path, content=content, headers={"Accept": "application/json"})

    assert (response.status_code, response.json()) == (413, {"error": "The request is too large."})
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in response.headers["cache-control"]
    assert not Conversation.objects.exists()


def test_after_a_body_that_is_too_large_the_connection_can_be_used_again(alice_visitor):
    alice_visitor.http.post("/conversations/", content=b"text=" + b"x" * 4 * MEGABYTE)
    assert alice_visitor.http.get("/healthz").text == "ok\n"
