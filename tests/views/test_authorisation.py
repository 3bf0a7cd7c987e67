"""Who gets what at every address: Alice owns it, to Bob and Carol (staff) it is a stranger's, nobody is signed in."""

import uuid

import pytest
from django.core.cache import cache
from django.urls import URLResolver, get_resolver, reverse
from django.utils.regex_helper import normalize

from chatsite.accounts.models import ApiToken
from conversations.models import Conversation, Message
from tests.history import create_conversation
from tests.site import Visitor

METHODS = ("GET", "POST", "PUT", "DELETE")
#: What Alice, a stranger and nobody get. A POST here holds nothing that makes sense: 400 is for those who may ask.
ROUTES = {
    #                 GET            POST           PUT            DELETE
    "new": "          200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "conversations": "200 200 302  | 400 400 302  | 405 405 302  | 405 405 401",
    "conversation": " 200 404 302  | 400 404 302  | 405 405 302  | 204 404 401",
    "edit-conversation": "200 404 302 | 405 405 302 | 405 405 302 | 405 405 401",
    "bin": "          200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
    "messages": "     405 405 302  | 400 404 302  | 405 405 302  | 405 405 401",
    "reply": "        200 404 302  | 400 404 302  | 405 404 302  | 200 404 401",
    "api-chat": "     405 405 405  | 400 400 401  | 405 405 405  | 405 405 405",
    "healthz": "      200 200 200  | 200 200 200  | 200 200 200  | 200 200 200",
    "readyz": "       200 200 200  | 200 200 200  | 200 200 200  | 200 200 200",
    "settings": "     302 302 302  | 302 302 302",
    "tokens": "       200 200 302  | 400 400 302  | 405 405 302  | 405 405 401",
    "readers": "      200 200 302  | 405 405 302  | 405 405 302  | 405 405 401",
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
SCRIPT = {"Accept": "text/event-stream"}


@pytest.fixture
def hers(alice):
    """The things of Alice that an address can name."""
    conversation = create_conversation(alice)
    token, _secret = ApiToken.issue(alice, "laptop")
    return {
        "conversation": [conversation.pk],
        "edit-conversation": [conversation.pk],
        "messages": [conversation.pk],
        "reply": [conversation.head_id],
        "revoke-token": [token.pk],
        "account_reset_password_from_key": ["1", "x"],
    }


def stored():
    """What nobody but Alice may change (a rendering that is cached on reading is no change)."""
    messages = Message.objects.order_by("pk").values_list("pk", "parent", "state", "text", "stop_requested")
    return list(Conversation.objects.order_by("pk").values()), list(messages), ApiToken.objects.count()


def patterns(resolver, prefix=""):
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, prefix + str(each.pattern))
        else:
            yield prefix, each


def test_every_address_is_in_the_table():
    named = {pattern.name for prefix, pattern in patterns(get_resolver()) if not prefix.startswith("admin/")}
    assert named == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_owner_strangers_and_nobody_get_what_the_table_says(site, alice, bob, carol, hers, name):
    cache.clear()
    path, before = reverse(name, args=hers.get(name)), stored()
    cells = [cell.split() for cell in ROUTES[name].split("|")]
    for who, column in ((bob, 1), (carol, 1), (None, 2), (alice, 0)):
        visitor = Visitor(site, who)
        for method, cell in zip(METHODS, cells, strict=False):
            body = {"model": "unknown"} if method in {"POST", "PUT"} else None
            answer = visitor.http.request(method, path, data=body)
            assert (method, str(who), answer.status_code) == (method, str(who), int(cell[column]))
            if int(cell[2]) == 302 and who is None and name != "account_logout":
                assert answer.headers["location"].startswith("/accounts/login/?next=/")
        assert who is alice or stored() == before


def test_a_script_without_a_session_gets_401_and_no_form(site, hers):
    pages = (
        "new",
        "conversations",
        "conversation",
        "edit-conversation",
        "bin",
        "messages",
        "reply",
        "tokens",
        "readers",
    )
    for name in pages:
        for method in METHODS:
            answer = Visitor(site).http.request(method, reverse(name, args=hers.get(name)), headers=SCRIPT)
            assert (name, method, answer.status_code) == (name, method, 401)
            assert "<form" not in answer.text


def test_without_the_csrf_token_alice_herself_changes_nothing(site, alice, hers):
    visitor, before = Visitor(site, alice), stored()
    del visitor.http.headers["X-CSRFToken"]
    for name in ("conversations", "conversation", "messages", "reply", "api-chat", "tokens", "revoke-token"):
        for method in ("POST", "DELETE") if name in {"conversation", "reply"} else ("POST",):
            answer = visitor.http.request(method, reverse(name, args=hers.get(name)), headers=SCRIPT)
            assert (name, answer.status_code) == (name, 403)
    assert stored() == before


def test_an_id_of_alice_in_the_body_of_bobs_request_is_not_found(site, alice, bob, hers):
    visitor = Visitor(site, bob)
    [conversation], [answer] = hers["conversation"], hers["reply"]
    own = create_conversation(bob)
    before = stored()
    question = Message.objects.get(pk=answer).parent_id
    for foreign in (answer, question, uuid.uuid4()):
        into = {"text": "Mine?", "parent": str(foreign)}
        for headers in ({}, SCRIPT):
            refused = visitor.http.post(f"/conversations/{own.pk}/messages/", data=into, headers=headers)
            assert refused.status_code == 404
            words = {"text": "Mine?", "question": str(foreign), "save": "1"}
            refused = visitor.http.post(f"/conversations/{own.pk}/messages/", data=words, headers=headers)
            assert refused.status_code == 404
        assert visitor.http.get(f"/conversations/{own.pk}/?edit={foreign}").status_code == 404
        assert visitor.http.post(f"/conversations/{own.pk}/", data={"head": str(foreign)}).status_code == 404
        assert visitor.http.get(f"/conversations/{own.pk}/?before={foreign}").status_code == 404
    for foreign in (conversation, uuid.uuid4()):
        wish = {"message": "Mine?", "conversation": str(foreign)}
        assert visitor.http.post("/api/chat", json=wish).json() == {"error": "There is no such conversation."}
    assert stored() == before


def test_the_same_key_of_another_person_leads_nowhere_near_alices_reply(site, alice, bob):
    hers = Visitor(site, alice).ask("[[echo:For Alice.]]", key="k")
    his = Visitor(site, bob).ask("[[echo:For Bob.]]", key="k")
    assert hers.start["conversation"] != his.start["conversation"]
    assert Message.objects.get(pk=his.start["reply"]).text == "For Bob."


def test_what_is_not_hers_looks_like_what_does_not_exist(client, alice, bob):
    conversation = create_conversation(bob)
    client.force_login(alice)
    for path, kind in (("/conversations/{}/", conversation.pk), ("/messages/{}/reply/", conversation.head_id)):
        foreign, missing = client.get(path.format(kind)), client.get(path.format(uuid.uuid4()))
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.content == missing.content


SAMPLES = {"app_label": "account", "content_type_id": "1", "object_id": "1", "url": "x", "pk": "1"}


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
