"""A stream ends with the session or the API token that it was opened with; the reply continues without that reader."""

import time
from contextlib import ExitStack, contextmanager

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from chatsite.accounts.access import Access, find_ended
from chatsite.accounts.models import ApiToken, User
from conversations.models import Message
from tests.accounts.test_passwords import NEW_PASSWORD
from tests.conftest import PASSWORD
from tests.site import Visitor, stored

ENDLESS = "[[endless]][[rate:50]]"


@contextmanager
def reading_everywhere(sites, visitors):
    """The streams of one reply: the first visitor asks at the first site, all of them follow it at every site."""
    with ExitStack() as stack:
        asking = stack.enter_context(visitors[0].asking(ENDLESS))
        reply = asking.start["reply"]
        streams = [asking]
        for visitor in visitors:
            for site in sites:
                stream = stack.enter_context(copy_of(visitor, site).following(reply))
                stream.until_text()
                streams.append(stream)
        yield reply, streams


def copy_of(visitor, site):
    """The same browser at another process of the site."""
    copy = Visitor(site)
    copy.http.cookies.set("session", visitor.http.cookies["session"])
    return copy


def seconds_until_ended(streams):
    started = time.monotonic()
    for stream in streams:
        stream.read_to_end()
    return time.monotonic() - started


def sign_out(visitor, _alice):
    assert visitor.http.post("/accounts/logout/").status_code == 302


def change_password(_visitor, alice):
    alice.set_password(NEW_PASSWORD)
    alice.save()


def revoke_everywhere(_visitor, alice):
    alice.sessions_revoked_at = timezone.now()
    alice.save()


def let_the_session_expire(_visitor, _alice):
    Session.objects.update(expire_date=timezone.now())


def delete_the_session(_visitor, _alice):
    Session.objects.all().delete()


@pytest.mark.parametrize(
    "end", [sign_out, change_password, revoke_everywhere, let_the_session_expire, delete_the_session]
)
def test_the_streams_of_a_session_end_with_it_in_every_process(site, impatient_site, alice, end):
    visitor = Visitor(site, alice)
    with reading_everywhere([site, impatient_site], [visitor]) as (reply, streams):
        end(visitor, alice)
        assert seconds_until_ended(streams) < 5
        assert not any(stream.named("end") for stream in streams)
        assert Message.objects.get(pk=reply).state == "writing"
        with copy_of(visitor, site).following(reply) as again:
            assert again.status == 401


def test_another_session_of_alice_goes_on_reading(site, impatient_site, alice):
    laptop, phone = Visitor(site, alice), Visitor(site, alice)
    with laptop.asking("[[chars:1500]][[rate:40]]") as first, phone.following(first.start["reply"]) as second:
        second.until_text()
        sign_out(laptop, alice)
        first.read_to_end()
        assert not first.named("end")
        assert second.end["state"] == "complete"


def test_a_reply_whose_only_reader_signs_out_is_given_up_after_the_grace_period(impatient_site, alice):
    visitor = Visitor(impatient_site, alice)
    with visitor.asking(ENDLESS) as stream:
        stream.until_text()
        sign_out(visitor, alice)
        stream.read_to_end()
    answer = stored(stream.start["reply"])
    assert (answer.state, answer.ending) == ("stopped", "abandoned")
    assert answer.text


def test_the_device_on_which_alice_changes_her_password_may_follow_the_reply_again(site, alice):
    slow_hasher = PBKDF2PasswordHasher()  # the one that the site's process knows
    alice.password = slow_hasher.encode(PASSWORD, slow_hasher.salt())
    alice.save()
    visitor = Visitor(site, alice)
    with visitor.asking(ENDLESS) as stream:
        stream.until_text()
        fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        assert visitor.http.post("/accounts/password/change/", data=fields).status_code == 302
        stream.read_to_end()
        with visitor.following(stream.start["reply"]) as again:
            assert again.status == 200


def chatting(site, secret):
    headers = {"Authorization": f"Bearer {secret}"}
    return Visitor(site).streaming("POST", "/api/chat", json={"message": ENDLESS}, headers=headers)


def revoke_token(alice):
    ApiToken.objects.filter(user=alice).delete()


def forget_password(alice):
    change_password(None, alice)


@pytest.mark.parametrize("end", [revoke_token, forget_password])
def test_the_streams_of_a_token_end_with_it_and_say_so(site, alice, end):
    _token, secret = ApiToken.issue(alice, "script")
    with chatting(site, secret) as stream:
        next(iter(stream))
        end(alice)
        assert seconds_until_ended([stream]) < 5
    *_texts, (_name, error), last = stream.frames
    assert (error["code"], error["error"][:4], error["retryable"]) == ("access_ended", "401 ", False)
    assert last == ("message", "[DONE]")
    assert stored(stream.response.headers["X-Message-Id"]).ending == "abandoned"


def test_bobs_streams_go_on_when_alices_end(site, alice, bob):
    visitor = Visitor(site, alice)
    with visitor.asking(ENDLESS) as hers, Visitor(site, bob).asking("[[chars:1000]][[rate:40]]") as his:
        hers.until_text()
        sign_out(visitor, alice)
        hers.read_to_end()
        assert his.end["state"] == "complete"


def test_all_streams_of_a_process_are_checked_with_three_queries(django_assert_num_queries, db):
    accesses = set()
    for number in range(20):
        user, browser = User.objects.create_user(f"person{number}@example.com", PASSWORD), Client()
        browser.force_login(user)
        token, _secret = ApiToken.issue(user, "script")
        accesses |= {Access.by_session(user, browser.session), Access.by_token(token)}
    with django_assert_num_queries(3):
        assert find_ended(accesses) == set()


def test_a_deactivated_person_is_left_to_the_replies_which_say_why_they_ended(client, alice):
    client.force_login(alice)
    token, _secret = ApiToken.issue(alice, "script")
    accesses = {Access.by_session(alice, client.session), Access.by_token(token)}
    alice.is_active = False
    alice.save()
    assert find_ended(accesses) == set()
