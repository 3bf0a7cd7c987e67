"""Bodies that the plain API cannot take: 4xx with a sentence that says what is wrong, and nothing is stored."""

import json
import uuid

import pytest

from conversations.models import Conversation, IdempotencyKey, Message

pytestmark = pytest.mark.django_db

BODIES = {
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
    "half an object": b'{"message": "Hi"',
    "a form": b"message=Hi",
    "invalid UTF-8": b'{"message": "\xff"}',
    "UTF-16": '{"message": "Hi"}'.encode("utf-16"),
    "100 000 brackets": b"[" * 100_000,
    "brackets in the message": b'{"message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number of 100 000 digits": b'{"message": "Hi", "key": ' + b"9" * 100_000 + b"}",
    "NUL": b'{"message": "a\\u0000b"}',
    "a lone surrogate": b'{"message": "\\ud800"}',
    "a lone surrogate in system": b'{"message": "Hi", "system": "\\udfff"}',
    "a lone surrogate in messages": b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    "a lone surrogate in the key": b'{"message": "Hi", "key": "\\ud800"}',
    "a lone surrogate in the model": b'{"message": "Hi", "model": "\\ud800"}',
    "NUL in the key": b'{"message": "Hi", "key": "\\u0000"}',
    "NaN": b'{"message": NaN}',
    "infinity": b'{"message": "Hi", "key": 1e999}',
}
OBJECTS = {
    "no message": {},
    "an empty message": {"message": ""},
    "white space": {"message": " \r\n\t\u2003"},
    "a number": {"message": 1},
    "a list of texts": {"message": ["Hi"]},
    "both": {"message": "Hi", "messages": [{"role": "user", "content": "Hi"}]},
    "an empty list of messages": {"messages": []},
    "messages that are a text": {"messages": "Hi"},
    "messages that are null": {"messages": None},
    "messages that are texts": {"messages": ["Hi"]},
    "a role that is a list": {"messages": [{"role": ["user"], "content": "Hi"}]},
    "a role that is an object": {"messages": [{"role": {}, "content": "Hi"}]},
    "an unknown role": {"messages": [{"role": "system", "content": "Hi"}]},
    "content that is a list of no blocks": {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
    "an empty turn": {"messages": [{"role": "user", "content": " "}]},
    "a turn without content": {"messages": [{"role": "user"}]},
    "an empty answer alone": {"messages": [{"role": "assistant", "content": ""}]},
    "an answer first": {"messages": [{"role": "assistant", "content": "A"}, {"role": "user", "content": "Q"}]},
    "an answer last": {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]},
    "too many messages": {"messages": [{"role": "user", "content": "Hi"}] * 10_001},
    "a model that is false": {"message": "Hi", "model": False},
    "a model that is zero": {"message": "Hi", "model": 0},
    "a model that is a list": {"message": "Hi", "model": []},
    "an unknown model": {"message": "Hi", "model": "gpt-2"},
    "a key that is an object": {"message": "Hi", "key": {}},
    "a key that is a number": {"message": "Hi", "key": 7},
    "a key of 101 characters": {"message": "Hi", "key": "k" * 101},
    "a system that is a list": {"message": "Hi", "system": ["Be brief."]},
    "a system that is too long": {"message": "Hi", "system": "s" * 20_001},
    "a question that is too long": {"message": "x" * 200_001},
}


@pytest.fixture
def post(alice_client):
    """Posts a body to the API, and returns the status and the sentence of the refusal."""

    def post_body(body: bytes | str, content_type: str = "application/json", **options) -> tuple[int, str]:
        response = alice_client.post("/api/chat", body, content_type=content_type, **options)
        assert not Conversation.objects.exists()
        assert not Message.objects.exists()
        assert not IdempotencyKey.objects.exists()
        return response.status_code, response.json()["error"]

    return post_body


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_not_a_json_object_of_texts_is_refused(post, body):
    status, sentence = post(body)
    assert status == 400
    assert len(sentence.split()) > 2


@pytest.mark.parametrize("body", OBJECTS.values(), ids=OBJECTS)
def test_an_object_that_is_not_a_question_is_refused(post, body):
    status, sentence = post(json.dumps(body))
    assert status == 400
    assert len(sentence.split()) > 2


@pytest.mark.parametrize("conversation", ["", "x", 7, [], {}, True, "\ud800", str(uuid.uuid4()), "0" * 5000])
def test_a_conversation_that_cannot_exist_is_not_found(post, conversation):
    status, sentence = post(json.dumps({"message": "Hi", "conversation": conversation}))
    assert (status, sentence) == (404, "There is no such conversation.")


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("body", [b"--b\r\nnonsense", b"&".join([b"a=1"] * 2000), b"--b--\r\n"])
def test_a_form_is_refused_as_json_whatever_it_contains(alice_client, post, content_type, body):
    alice_client.handler.enforce_csrf_checks = True
    alice_client.cookies["csrf"] = token = "c" * 32
    refusal = post(body, content_type=content_type, headers={"X-CSRFToken": token})
    assert refusal == (400, "Missing or invalid message")


@pytest.mark.parametrize("field", [b"message", b"system", b"key"])
def test_a_form_with_files_whose_text_is_not_utf8_is_refused(post, field):
    parts = {b"message": b"Hi", field: b"caf\xe9"}
    body = b"".join(b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part for part in parts.items())
    refusal = post(body + b"--b--\r\n", content_type="multipart/form-data; boundary=b")
    assert refusal == (400, "The form holds text that is not UTF-8.")
