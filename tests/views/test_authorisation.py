"""What Alice (the owner), Bob and Carol (staff, but not the owner) and a guest get at every address."""

import uuid

import pytest
from allauth.usersessions.models import UserSession
from django.core import signing
from django.core.cache import cache
from django.urls import URLResolver, get_resolver, reverse
from django.utils.regex_helper import normalize

from chatsite.accounts.address_change import SALT
from chatsite.accounts.models import ApiToken
from conversations.models import Attachment, Conversation, Message, ToolCall
from tests.history import create_conversation, create_file
from tests.site import Visitor
from tests.using_tools import begin_waiting
from tests.views.requests import STREAM

METHODS = ("GET", "POST", "PUT", "DELETE")
#: The statuses that the owner, another person and a guest get. A POST here has no valid field: 400 means "may ask".
ROUTES = {
    #                 GET            POST           PUT            DELETE
    "new": "          200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "conversations": "200 200 302  | 400 400 302  | 405 405 302  | 405 405 401",
    "recent-conversations": "200 200 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "conversation": " 200 404 302  | 405 405 302  | 405 405 302  | 204 404 401",
    "edit-conversation": "   200 404 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "rename-conversation": " 405 405 302 | 400 404 302 | 405 405 302 | 405 405 401",
    "switch-version": "      405 405 302 | 400 404 302 | 405 405 302 | 405 405 401",
    "delete-conversation": " 405 405 302 | 303 404 302 | 405 405 302 | 405 405 401",
    "restore-conversation": "405 405 302 | 303 404 302 | 405 405 302 | 405 405 401",
    "print-conversation": "  200 404 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "export-markdown": "     200 404 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "export-json": "         200 404 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "pin-conversation": "    405 405 302 | 303 404 302 | 405 405 302 | 204 404 401",
    "archive-conversation": "405 405 302 | 303 404 302 | 405 405 302 | 204 404 401",
    "summarize": "           405 405 302 | 409 404 302 | 405 405 302 | 405 405 401",
    "selection": "    405 405 302  | 400 400 302  | 405 405 302  | 405 405 401",
    "export-selection": "    405 405 302 | 400 400 302 | 405 405 302 | 405 405 401",
    "sidebar": "      200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "archive": "      200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "bin": "          200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "messages": "     405 405 302  | 400 404 302  | 405 405 302  | 405 405 401",
    "search": "       200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "reply": "        200 404 302  | 400 404 302  | 405 405 302  | 200 404 401",
    "context": "      200 404 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "stop-reply": "   405 405 302  | 303 404 302  | 405 405 302  | 405 405 401",
    "reword-question": "405 405 302 | 400 404 302  | 405 405 302  | 405 405 401",
    "fork": "         405 405 302  | 303 404 302  | 405 405 302  | 405 405 401",
    "tool-call": "    200 404 302  | 400 404 302  | 405 405 302  | 405 405 401",
    "result-image": " 404 404 302  | 405 405 302  | 405 405 302  | 405 405 401",  # none here: test_result_images.py
    "files": "        200 200 302  | 400 400 302  | 405 405 302  | 405 405 401",
    "file": "         200 404 302  | 405 405 302  | 405 405 302  | 409 404 401",
    "file-thumbnail": "      200 404 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "file-text": "    200 404 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "api-chat": "     405 405 405  | 400 400 401  | 405 405 405  | 405 405 405",
    "manifest": "     200 200 200  | 405 405 405  | 405 405 405  | 405 405 405",
    "service-worker": "200 200 200 | 405 405 405  | 405 405 405  | 405 405 405",
    "offline": "      200 200 200  | 405 405 405  | 405 405 405  | 405 405 405",
    "healthz": "      200 200 200  | 200 200 200  | 200 200 200  | 200 200 200",
    "readyz": "       200 200 200  | 200 200 200  | 200 200 200  | 200 200 200",
    "session": "      200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    # Who may sign in where: tests/views/test_connections.py. Here is no such server.
    "connections": "  200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "connection-callback": " 400 400 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "connect": "      405 405 302  | 404 404 302  | 405 405 302  | 405 405 401",
    "delete-connection": "   405 405 302 | 404 404 302 | 405 405 302 | 405 405 401",
    "preferences": "  200 200 302  | 303 303 302  | 405 405 302  | 405 405 401",
    "settings": "     302 302 302  | 302 302 302",
    "tokens": "       200 200 302  | 400 400 302  | 405 405 302  | 405 405 401",
    "readers": "      200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "own-data": "     200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "download-data": "200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "own-usage": "    200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "sessions": "     200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "end-session": "  405 405 302  | 303 404 302  | 405 405 302  | 405 405 401",
    # Off, unless ALLOW_ACCOUNT_DELETION is set.
    "delete-account": "404 404 302 | 404 404 302 | 404 404 302 | 404 404 401",
    "account-deleted": "200 200 200 | 405 405 405 | 405 405 405 | 405 405 405",
    "account-changes": "     200 200 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "confirm-address": "     200 404 302 | 303 404 302 | 405 405 302 | 405 405 401",
    "revoke-token": " 405 405 302  | 303 404 302  | 405 405 302  | 405 405 401",
    # django-allauth's own pages answer further methods as they like.
    "account_login": "                        302 302 200",
    "account_inactive": "                     200 200 200  | 405 405 405",
    "account_change_password": "              200 200 302  | 200 200 302",
    "account_set_password": "                 302 302 302  | 302 302 302",
    "account_reset_password": "               200 200 200  | 200 200 200",
    "account_reset_password_done": "          200 200 200  | 405 405 405",
    "account_reset_password_from_key": "      200 200 200  | 200 200 200",
    "account_reset_password_from_key_done": " 200 200 200  | 405 405 405",
    "account_logout": "                       200 200 302  | 302 302 302",
}


OF_A_CONVERSATION = (
    "conversation",
    "edit-conversation",
    "rename-conversation",
    "switch-version",
    "delete-conversation",
    "restore-conversation",
    "print-conversation",
    "export-markdown",
    "export-json",
    "pin-conversation",
    "archive-conversation",
    "summarize",
    "messages",
)


@pytest.fixture
def ids(alice):
    """The arguments of the addresses that name something of Alice's, by the name of the route."""
    conversation = create_conversation(alice)
    text, image = create_file(alice), create_file(alice, "plan.png", kind="image")
    conversation.thread()[0].attachments.set([text, image])
    token, _secret = ApiToken.issue(alice, "laptop")
    session = UserSession.objects.create(user=alice, ip="192.0.2.1", session_key="laptop", user_agent="")
    return {
        **{name: [conversation.pk] for name in OF_A_CONVERSATION},
        **{name: [conversation.head_id] for name in ("reply", "stop-reply", "fork", "context")},
        "tool-call": [begin_waiting(alice)[0].pk],
        "reword-question": [conversation.thread()[0].pk],
        **{name: [text.pk] for name in ("file", "file-text")},
        "file-thumbnail": [image.pk],
        "revoke-token": [token.pk],
        "end-session": [session.pk],
        **{name: [1] for name in ("connect", "delete-connection")},
        "result-image": [conversation.head_id, 1, "toolu_1"],
        "confirm-address": [signing.dumps([alice.pk, alice.email, "alice@new.example"], salt=SALT)],
        "account_reset_password_from_key": ["1", "x"],
    }


def stored_rows():
    """What only Alice may change. (A rendering that is cached when a page is read is no change.)"""
    messages = Message.objects.order_by("pk").values_list("pk", "parent", "state", "text", "stop_requested")
    is_signed_in = UserSession.objects.filter(session_key="laptop").exists()
    files = list(Attachment.objects.order_by("pk").values("pk", "messages"))
    conversations = list(Conversation.objects.order_by("pk").values())
    calls = list(ToolCall.objects.order_by("pk").values_list("pk", "state"))
    return conversations, list(messages), ApiToken.objects.count(), is_signed_in, files, calls


def patterns(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix, pattern


def test_every_address_is_in_the_table():
    names = {pattern.name for prefix, pattern in patterns(get_resolver()) if not prefix.startswith("admin/")}
    assert names == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_everybody_gets_what_the_table_says_and_only_alice_changes_anything(site, alice, bob, carol, ids, name):
    cache.clear()
    path, before = reverse(name, args=ids.get(name)), stored_rows()
    cells = [cell.split() for cell in ROUTES[name].split("|")]
    for user, column in ((bob, 1), (carol, 1), (None, 2), (alice, 0)):
        visitor = Visitor(site, user)
        for method, cell in zip(METHODS, cells, strict=False):
            body = {"model": "unknown"} if method in {"POST", "PUT"} else None
            response = visitor.http.request(method, path, data=body)
            assert (method, str(user), response.status_code) == (method, str(user), int(cell[column]))
            if int(cell[2]) == 302 and user is None and name != "account_logout":
                assert response.headers["location"].startswith("/accounts/login/?next=/")
        assert user is alice or stored_rows() == before


def test_a_script_without_a_session_gets_401_and_no_form(site, ids):
    names = (
        "new",
        "conversations",
        *OF_A_CONVERSATION,
        "selection",
        "sidebar",
        "archive",
        "bin",
        "reply",
        "stop-reply",
        "reword-question",
        "fork",
        "tool-call",
        "files",
        "file",
    )
    for name in (*names, "tokens", "connections", "readers", "session", "preferences", "recent-conversations"):
        for method in METHODS:
            response = Visitor(site).http.request(method, reverse(name, args=ids.get(name)), headers=STREAM)
            assert (name, method, response.status_code) == (name, method, 401)
            assert "<form" not in response.text


@pytest.mark.parametrize(
    ("method", "names"),
    [
        (
            "POST",
            (
                "conversations",
                "messages",
                "rename-conversation",
                "switch-version",
                "delete-conversation",
                "restore-conversation",
                "reply",
                "stop-reply",
                "reword-question",
                "fork",
                "tool-call",
                "files",
                "api-chat",
                "preferences",
                "tokens",
                "revoke-token",
                "end-session",
                "connect",
                "delete-connection",
                "confirm-address",
            ),
        ),
        ("DELETE", ("conversation", "reply", "file")),
    ],
)
def test_without_the_csrf_token_even_alice_changes_nothing(site, alice, ids, method, names):
    visitor, before = Visitor(site, alice), stored_rows()
    del visitor.http.headers["X-CSRFToken"]
    for name in names:
        response = visitor.http.request(method, reverse(name, args=ids.get(name)), headers=STREAM)
        assert (name, response.status_code) == (name, 403)
    assert stored_rows() == before


@pytest.mark.parametrize("headers", [{}, STREAM], ids=["form", "script"])
@pytest.mark.parametrize("which", ["answer", "question", "missing"])
def test_a_message_of_alice_in_bobs_request_is_not_found(site, alice, bob, headers, which):
    question, answer = create_conversation(alice).thread()
    message = {"answer": answer.pk, "question": question.pk, "missing": uuid.uuid4()}[which]
    path = f"/conversations/{create_conversation(bob).pk}/"
    before, client = stored_rows(), Visitor(site, bob).http
    edit, head, reword = {"text": "Mine?", "parent": str(message)}, {"head": str(message)}, {"text": "Mine?"}

    assert client.post(f"{path}messages/", data=edit, headers=headers).status_code == 404
    assert client.post(f"{path}head/", data=head, headers=headers).status_code == 404
    assert client.post(f"/messages/{message}/reword/", data=reword, headers=headers).status_code == 404
    assert client.get(f"{path}?edit={message}", headers=headers).status_code == 404
    assert client.get(f"{path}?before={message}", headers=headers).status_code == 404
    assert stored_rows() == before


def test_a_conversation_of_alice_in_bobs_request_to_the_api_is_not_found(client, alice, bob):
    foreign, before = create_conversation(alice).pk, stored_rows()
    client.force_login(bob)
    for conversation in (foreign, uuid.uuid4()):
        body = {"message": "Mine?", "conversation": str(conversation)}
        response = client.post("/api/chat", body, content_type="application/json")
        assert (response.status_code, response.json()) == (404, {"error": "There is no such conversation."})
    assert stored_rows()[1:] == before[1:]


def test_the_same_key_of_another_person_does_not_lead_to_alices_reply(site, alice, bob):
    alices_stream = Visitor(site, alice).ask("[[echo:For Alice.]]", key="k")
    bobs_stream = Visitor(site, bob).ask("[[echo:For Bob.]]", key="k")

    assert alices_stream.start["conversation"] != bobs_stream.start["conversation"]
    assert Message.objects.get(pk=bobs_stream.start["reply"]).text == "For Bob."


def test_what_is_not_alices_looks_like_what_does_not_exist(client, alice, bob):
    conversation = create_conversation(bob)
    client.force_login(alice)
    for path, pk in (("/conversations/{}/", conversation.pk), ("/messages/{}/reply/", conversation.head_id)):
        foreign, missing = client.get(path.format(pk)), client.get(path.format(uuid.uuid4()))
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.content == missing.content


SAMPLES = {"app_label": "account", "content_type_id": "1", "object_id": "1", "url": "x", "pk": "1", "file": "1"}


def test_only_staff_get_anything_of_the_admin(client, alice):
    paths = [
        "/" + prefix + possible % {name: SAMPLES[name] for name in names}
        for prefix, pattern in patterns(get_resolver())
        if prefix.startswith("admin/")
        for possible, names in normalize(pattern.pattern.regex.pattern)
    ]
    assert len(paths) > 10
    for sign_in in (lambda: None, lambda: client.force_login(alice)):
        sign_in()
        for path in set(paths) - {"/admin/login/", "/admin/logout/"}:
            assert (path, client.get(path).status_code) in {(path, 302), (path, 403), (path, 404)}
            assert (path, client.post(path).status_code) in {(path, 302), (path, 403), (path, 404)}
