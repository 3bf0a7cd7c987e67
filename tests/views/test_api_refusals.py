"""The refusals of `POST /api/chat`: each is JSON, and they are checked in the order of these tests."""

import json

import pytest

from chatsite.accounts.models import ApiToken
from conversations.models import Conversation, Message
from conversations.replies import engine
from tests.history import begin, create_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def token_headers(alice):
    """The headers of a program that has an API token of Alice's."""
    _token, secret = ApiToken.issue(alice, "program")
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def post(client, token_headers):
    """Posts a body to the API, and returns the status and the sentence of the refusal."""

    def post_body(body=None, headers=token_headers):
        content = body if isinstance(body, bytes) else json.dumps(body)
        before = Message.objects.count()
        response = client.post("/api/chat", content, content_type="application/json", headers=headers)
        assert response.headers["content-type"] == "application/json"
        assert list(response.json()) == ["error"]
        assert Message.objects.count() == before
        return response.status_code, response.json()["error"]

    return post_body


# 405


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_another_method_is_refused_before_the_token_is_looked_at(client, method):
    response = getattr(client, method)("/api/chat", headers={"Authorization": "Bearer wrong"})
    assert (response.status_code, response.json()) == (405, {"error": "Method not allowed"})
    assert response.headers["allow"] == "POST"


# 401


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "bearer \ud83d", "Basic YTpi", "x"])
def test_an_unknown_caller_is_refused_before_the_body_is_read(post, authorization):
    assert post(b"nonsense", headers={"Authorization": authorization})[0] == 401


def test_a_wrong_token_is_refused_although_the_session_is_valid(client, alice, post):
    client.force_login(alice)
    assert post({"message": "Hi"}, headers={"Authorization": "Bearer wrong"}) == (401, "Invalid token")


def test_the_token_of_a_deactivated_account_is_refused(alice, post):
    alice.is_active = False
    alice.save()
    assert post({"message": "Hi"})[0] == 401


def test_a_token_stays_revoked_when_its_account_is_activated_again(alice, post):
    alice.is_active = False
    alice.save()
    alice.is_active = True
    alice.save()
    assert post({"message": "Hi"})[0] == 401


# 403


def test_a_session_without_its_csrf_token_is_refused_before_the_body_is_read(client, alice, post):
    client.force_login(alice)
    client.handler.enforce_csrf_checks = True
    assert post(b"nonsense", headers={}) == (403, "CSRF token missing or incorrect")


# 400


@pytest.mark.parametrize("body", [b"nonsense", {}, {"message": " \n"}, {"conversation": "x"}])
def test_a_body_without_a_message_is_refused_before_the_conversation_is_looked_up(post, body):
    assert post(body) == (400, "Missing or invalid message")


def test_json_that_is_called_a_form_is_read_as_json(client, token_headers):
    """curl calls it a form by default."""
    body = '{"message": "How is 100%00 read, and %ff?", "model": "gpt-2"}'
    response = client.post("/api/chat", body, content_type="application/x-www-form-urlencoded", headers=token_headers)
    assert (response.status_code, response.json()) == (400, {"error": "This model is not offered here."})


# 404


def test_a_conversation_of_bob_is_not_found_although_the_key_is_used_and_the_site_drains(post, alice, bob, monkeypatch):
    begin(alice, key="used")
    monkeypatch.setattr(engine, "refuses_questions", True)
    body = {"message": "Hi", "conversation": str(create_conversation(bob).pk), "key": "used"}
    assert post(body) == (404, "There is no such conversation.")


def test_a_conversation_in_the_bin_is_not_found(post, alice):
    conversation = create_conversation(alice)
    conversation.bin()
    assert post({"message": "Hi", "conversation": str(conversation.pk)}) == (404, "There is no such conversation.")


# 409, then 429. The engine finds these, so they need a running site.


def start_as_many_answers_as_allowed(user, key: str = "") -> Conversation:
    """Returns the conversation of the first answer, which was asked for with `key`."""
    first, *_others = [begin(user, key=key), begin(user), begin(user)]
    return first.conversation


def test_a_conversation_with_a_running_answer_is_refused_first(alice_visitor, alice):
    conversation = start_as_many_answers_as_allowed(alice)
    response = alice_visitor.http.post("/api/chat", json={"message": "Hi", "conversation": str(conversation.pk)})
    assert response.status_code == 409
    assert response.json()["error"].startswith("An answer is still being written here.")


def test_a_used_key_is_refused_before_too_many_answers(alice_visitor, alice):
    start_as_many_answers_as_allowed(alice, key="used")
    response = alice_visitor.http.post("/api/chat", json={"message": "Hi", "key": "used"})
    assert response.status_code == 409
    assert response.json()["error"].startswith("This was already sent with another text.")


@pytest.mark.parametrize("is_new", [True, False])
def test_a_fourth_running_answer_is_refused(alice_visitor, alice, is_new):
    body = {"message": "Hi"} if is_new else {"message": "Hi", "conversation": str(create_conversation(alice).pk)}
    start_as_many_answers_as_allowed(alice)
    before = Message.objects.count()
    response = alice_visitor.http.post("/api/chat", json=body)

    assert response.status_code == 429
    assert response.json()["error"].startswith("You have as many running answers as one person may have.")
    assert Message.objects.count() == before


# 503


def test_a_site_that_drains_refuses_last(client, token_headers, monkeypatch):
    monkeypatch.setattr(engine, "refuses_questions", True)
    response = client.post("/api/chat", {"message": "Hi"}, content_type="application/json", headers=token_headers)

    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.json() == {"error": "The site is being restarted. Try again in a moment."}
    assert not Conversation.objects.exists()
