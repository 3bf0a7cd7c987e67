"""A deactivated account loses its access at once: sessions, tokens and running replies."""

import time

import pytest

from chatsite.accounts.models import ApiToken, User
from conversations.models import Message, Usage
from tests.history import create_conversation
from tests.site import Visitor


def deactivate(user):
    user.is_active = False
    user.save()


def chat_with_token(site, secret, **request):
    headers = {"Authorization": f"Bearer {secret}"}
    return Visitor(site).streaming("POST", "/api/chat", headers=headers, **request)


def test_alices_reply_ends_and_her_session_and_token_are_rejected(site, alice):
    _token, secret = ApiToken.issue(alice, "script")
    visitor = Visitor(site, alice)
    with visitor.asking("[[endless]][[rate:100]]") as stream:
        reply = stream.start["reply"]
        stream.until("tail")
        deactivate(alice)
        started = time.monotonic()
        assert stream.end["ending"] == "deactivated"
        assert time.monotonic() - started < 2

    answer = Message.objects.get(pk=reply)
    assert (answer.state, answer.ending) == ("stopped", "deactivated")
    assert answer.text
    with visitor.following(reply) as rejected:
        assert rejected.status == 401
    assert visitor.http.get("/").status_code == 302
    with chat_with_token(site, secret, json={"message": "hello"}) as rejected:
        assert rejected.status == 401


def test_a_reply_to_alices_script_ends_too(site, alice):
    _token, secret = ApiToken.issue(alice, "script")
    with chat_with_token(site, secret, json={"message": "[[endless]][[rate:100]]"}) as stream:
        next(iter(stream))
        deactivate(alice)
        started = time.monotonic()
        stream.read_to_end()
        assert time.monotonic() - started < 2

    assert stream.frames[-1] == ("message", "[DONE]")
    assert Message.objects.get(role="assistant").ending == "deactivated"


def test_bobs_reply_continues(site, alice, bob):
    with Visitor(site, bob).asking("[[echo:calm]]") as stream:
        deactivate(alice)
        assert stream.end["state"] == "complete"


def texts_and_usage(user):
    texts = Message.objects.order_by("pk").values_list("pk", "text", "conversation__owner")
    return list(texts), list(Usage.objects.filter(purpose="reply", user=user).values())


def test_alices_texts_and_costs_stay(site, alice, carol):
    Visitor(site, alice).ask("[[echo:calm]]")
    texts, usage = texts_and_usage(alice)
    deactivate(alice)

    assert texts_and_usage(alice) == (texts, usage)
    assert texts
    assert usage
    for model in ("conversation", "message"):
        listed = Visitor(site, carol).http.get(f"/admin/conversations/{model}/")
        assert "alice@example.com" in listed.text


def test_bob_cannot_open_the_conversations_of_deactivated_alice(client, alice, bob):
    conversation = create_conversation(alice)
    deactivate(alice)
    client.force_login(bob)
    assert client.get(f"/conversations/{conversation.pk}/").status_code == 404


def test_old_sessions_and_tokens_stay_invalid_after_reactivation(client, alice):
    ApiToken.issue(alice, "script")
    client.force_login(alice)
    deactivate(alice)
    alice.is_active = True
    alice.save()

    assert client.get("/")["Location"].startswith("/accounts/login/")
    assert not ApiToken.objects.exists()
    client.force_login(alice)
    assert client.get("/").status_code == 200


def test_saving_a_deactivated_account_again_keeps_the_time_of_revocation(alice):
    deactivate(alice)
    revoked_at = alice.sessions_revoked_at
    alice.first_name = "Alicia"
    alice.save()
    assert User.objects.get().sessions_revoked_at == revoked_at


def test_saving_other_fields_ends_no_session(client, alice):
    client.force_login(alice)
    alice.is_active = False
    alice.save(update_fields=["first_name"])
    assert client.get("/").status_code == 200


def test_update_refuses_to_deactivate(alice):
    with pytest.raises(TypeError, match="one by one"):
        User.objects.filter(pk=alice.pk).update(is_active=False)
    assert User.objects.get().is_active
