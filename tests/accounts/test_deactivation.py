"""An account that is closed loses its access at once: session, tokens, running replies."""

import time

import pytest

from chatsite.accounts.models import ApiToken, User
from conversations.models import Message, Usage
from tests.history import create_conversation
from tests.site import Visitor


def deactivate(user):
    user.is_active = False
    user.save()


def by_token(site, secret, **request):
    headers = {"Authorization": f"Bearer {secret}"}
    return Visitor(site).streaming("POST", "/api/chat", headers=headers, **request)


def test_alices_reply_ends_and_she_is_out(site, alice):
    _token, secret = ApiToken.issue(alice, "script")
    visitor = Visitor(site, alice)
    with visitor.asking("[[endless]][[rate:100]]") as stream:
        reply = stream.start["reply"]
        stream.until("tail")
        deactivate(alice)
        began = time.monotonic()
        assert stream.end["ending"] == "deactivated"
        assert time.monotonic() - began < 2

    answer = Message.objects.get(pk=reply)
    assert (answer.state, answer.ending) == ("stopped", "deactivated")
    assert answer.text
    with visitor.following(reply) as refused:
        assert refused.status == 401
    assert visitor.http.get("/").status_code == 302
    with by_token(site, secret, json={"message": "hello"}) as refused:
        assert refused.status == 401


def test_a_reply_that_her_script_reads_ends_too(site, alice):
    _token, secret = ApiToken.issue(alice, "script")
    with by_token(site, secret, json={"message": "[[endless]][[rate:100]]"}) as stream:
        next(iter(stream))
        deactivate(alice)
        began = time.monotonic()
        stream.read_to_end()
        assert time.monotonic() - began < 2

    assert stream.frames[-1] == ("message", "[DONE]")
    assert Message.objects.get(role="assistant").ending == "deactivated"


def test_bob_notices_nothing(site, alice, bob):
    with Visitor(site, bob).asking("[[echo:calm]]") as stream:
        deactivate(alice)
        assert stream.end["state"] == "complete"


def kept():
    """What stays when a person leaves: every text, and what the answers cost."""
    texts = Message.objects.order_by("pk").values_list("pk", "text", "conversation__owner")
    return list(texts), list(Usage.objects.filter(purpose="reply").values())


def test_what_she_wrote_and_what_it_cost_stay(site, alice, carol):
    Visitor(site, alice).ask("[[echo:calm]]")
    before = kept()
    deactivate(alice)

    assert kept() == before
    assert before[1][0]["user_id"] == alice.pk
    for model in ("conversation", "message"):
        listed = Visitor(site, carol).http.get(f"/admin/conversations/{model}/")
        assert "alice@example.com" in listed.text


def test_nothing_of_hers_can_be_opened_by_others(client, alice, bob):
    conversation = create_conversation(alice)
    deactivate(alice)
    client.force_login(bob)
    assert client.get(f"/conversations/{conversation.pk}/").status_code == 404


def test_her_old_session_and_tokens_stay_dead_when_she_comes_back(client, alice):
    ApiToken.issue(alice, "script")
    client.force_login(alice)
    deactivate(alice)
    alice.is_active = True
    alice.save()

    assert client.get("/")["Location"].startswith("/accounts/login/")
    assert not ApiToken.objects.exists()
    client.force_login(alice)
    assert client.get("/").status_code == 200


def test_saving_other_things_of_a_closed_account_keeps_its_word(alice):
    deactivate(alice)
    revoked_at = alice.sessions_revoked_at
    alice.first_name = "Alicia"
    alice.save()
    assert User.objects.get().sessions_revoked_at == revoked_at


def test_a_save_that_leaves_activity_alone_ends_nothing(client, alice):
    client.force_login(alice)
    alice.is_active = False
    alice.save(update_fields=["first_name"])
    assert client.get("/").status_code == 200


def test_nobody_is_deactivated_past_save(alice):
    with pytest.raises(TypeError, match="one by one"):
        User.objects.filter(pk=alice.pk).update(is_active=False)
    assert User.objects.get().is_active
