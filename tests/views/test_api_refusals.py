"""The refusals of `POST /api/chat`: each is JSON, and they come in the order that the contract names."""

import json

import pytest

from chatsite.accounts.models import ApiToken
from conversations.models import Conversation, Message
from conversations.replies import engine
from tests.history import begin, create_conversation
from tests.site import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice_client(client, alice):
    """Alice's program; what it sends is refused before anything streams."""
    _token, secret = ApiToken.issue(alice, "her program")
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def post(client, alice_client):
    def send(body=None, headers=alice_client, method="post"):
        content = body if isinstance(body, bytes) else json.dumps(body)
        before = Message.objects.count()
        response = getattr(client, method)("/api/chat", content, content_type="application/json", headers=headers)
        assert response.headers["content-type"] == "application/json"
        assert list(response.json()) == ["error"]
        assert Message.objects.count() == before
        return response.status_code, response.json()["error"]

    return send


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_another_method_is_refused_first_of_all(client, method):
    response = getattr(client, method)("/api/chat", headers={"Authorization": "Bearer wrong"})
    assert (response.status_code, response.json()) == (405, {"error": "Method not allowed"})
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer wrong", "bearer \ud83d", "Basic YTpi", "x"])
def test_then_whoever_is_not_known(post, authorization):
    assert post(b"nonsense", headers={"Authorization": authorization})[0] == 401


def test_a_wrong_token_is_refused_although_the_session_is_good(client, alice, post):
    client.force_login(alice)
    assert post({"message": "Hi"}, headers={"Authorization": "Bearer wrong"}) == (401, "Invalid token")


def test_the_token_of_a_revoked_or_deactivated_access_opens_nothing(alice, post, alice_client):
    alice.is_active = False
    alice.save()
    assert post({"message": "Hi"})[0] == 401
    alice.is_active = True
    alice.save()
    assert post({"message": "Hi"})[0] == 401


def test_then_a_session_without_its_csrf_token(client, alice, post):
    client.force_login(alice)
    client.handler.enforce_csrf_checks = True
    assert post(b"nonsense", headers={}) == (403, "CSRF token missing or incorrect")


def test_then_a_body_that_is_no_request(post):
    for body in (b"nonsense", {}, {"message": " \n"}, {"conversation": "x"}):
        assert post(body) == (400, "Missing or invalid message")


def test_then_a_conversation_that_is_not_there(post, alice, bob, monkeypatch):
    binned = create_conversation(alice)
    binned.bin()
    begin(alice, key="used")
    monkeypatch.setattr(engine, "is_draining", True)
    for conversation in (create_conversation(bob), binned):
        wish = {"message": "Hi", "conversation": str(conversation.pk), "key": "used"}
        assert post(wish) == (404, "There is no such conversation.")


def test_then_an_answer_being_written_or_a_used_key_and_then_too_many_answers(site, alice):
    """These two are found out by the engine, so a real server is asked."""
    chat, done = Visitor(site, alice).http, create_conversation(alice)
    running = [begin(alice, key="used"), begin(alice), begin(alice)]
    before = Message.objects.count()
    for wish, status, sentence in (
        ({"conversation": str(running[0].conversation_id)}, 409, "An answer is still being written here."),
        ({"key": "used"}, 409, "This was already sent with another text."),
        ({"conversation": str(done.pk)}, 429, "You have as many running answers as one person may have."),
        ({}, 429, "You have as many running answers as one person may have."),
    ):
        refused = chat.post("/api/chat", json={"message": "Hi", **wish})
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/json")
        assert refused.json()["error"].startswith(sentence)
    assert Message.objects.count() == before


def test_at_last_a_site_that_is_being_restarted(client, alice_client, monkeypatch):
    monkeypatch.setattr(engine, "is_draining", True)
    response = client.post("/api/chat", {"message": "Hi"}, content_type="application/json", headers=alice_client)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.json() == {"error": "The site is being restarted. Try again in a moment."}
    assert not Conversation.objects.exists()


def test_json_that_is_called_a_form_is_read_as_json(client, alice_client):
    """As curl sends it unless it is told otherwise."""
    body = '{"message": "How is 100%00 read, and %ff?", "model": "gpt-2"}'
    response = client.post("/api/chat", body, content_type="application/x-www-form-urlencoded", headers=alice_client)
    assert (response.status_code, response.json()) == (400, {"error": "This model is not offered here."})
