"""What cannot be meant: always a 4xx with a sentence that says what is wrong, and nothing is stored."""

import json
import uuid

import pytest

from conversations.models import Conversation, IdempotencyKey, Message

pytestmark = pytest.mark.django_db
SURROGATE = '{"message": "\\ud800"}'


def stored() -> tuple[int, int, int]:
    return Conversation.objects.count(), Message.objects.count(), IdempotencyKey.objects.count()


def sentence_of(response, *statuses: int) -> str:
    """The sentence of a refusal, which must have one of these statuses."""
    assert response.status_code in statuses, response.content
    sentence: str = response.json()["error"]
    assert len(sentence.split()) > 2
    return sentence


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
    "a lone surrogate": SURROGATE.encode(),
    "a lone surrogate in system": b'{"message": "Hi", "system": "\\udfff"}',
    "a lone surrogate in messages": b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    "a lone surrogate in the key": b'{"message": "Hi", "key": "\\ud800"}',
    "a lone surrogate in the model": b'{"message": "Hi", "model": "\\ud800"}',
    "NUL in the key": b'{"message": "Hi", "key": "\\u0000"}',
    "NaN": b'{"message": NaN}',
    "infinity": b'{"message": "Hi", "key": 1e999}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_request_is_refused_by_the_plain_api(alice_client, body):
    sentence_of(alice_client.post("/api/chat", body, content_type="application/json"), 400)
    assert stored() == (0, 0, 0)


WISHES = {
    "no message": {},
    "an empty message": {"message": ""},
    "white space": {"message": " \r\n\t\u2003"},
    "a number": {"message": 1},
    "a list of texts": {"message": ["Hi"]},
    "both": {"message": "Hi", "messages": [{"role": "user", "content": "Hi"}]},
    "no messages": {"messages": []},
    "messages that are none": {"messages": "Hi"},
    "messages that are null": {"messages": None},
    "a message that is none": {"messages": ["Hi"]},
    "a role that is a list": {"messages": [{"role": ["user"], "content": "Hi"}]},
    "a role that is an object": {"messages": [{"role": {}, "content": "Hi"}]},
    "an unknown role": {"messages": [{"role": "system", "content": "Hi"}]},
    "content that is a list": {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]},
    "an empty turn": {"messages": [{"role": "user", "content": " "}]},
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


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_a_wish_that_makes_no_sense_is_refused_by_the_plain_api(alice_client, wish):
    sentence_of(alice_client.post("/api/chat", json.dumps(wish), content_type="application/json"), 400)
    assert stored() == (0, 0, 0)


@pytest.mark.parametrize("conversation", ["", "x", 7, [], {}, True, "\ud800", str(uuid.uuid4()), "0" * 5000])
def test_a_conversation_that_cannot_be_is_not_found_by_the_plain_api(alice_client, conversation):
    body = json.dumps({"message": "Hi", "conversation": conversation})
    sentence_of(alice_client.post("/api/chat", body, content_type="application/json"), 404)
    assert stored() == (0, 0, 0)


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("body", [b"--b\r\nnonsense", b"&".join([b"a=1"] * 2000), b"--b--\r\n"])
def test_the_plain_api_refuses_a_form_in_json_whatever_the_form_holds(alice_client, content_type, body):
    alice_client.handler.enforce_csrf_checks = True
    alice_client.cookies["csrf"] = token = "c" * 32
    response = alice_client.post("/api/chat", body, content_type=content_type, headers={"X-CSRFToken": token})
    assert sentence_of(response, 400) == "Missing or invalid message"
