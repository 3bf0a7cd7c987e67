"""A person's tokens are refreshed once, stored before they are used, and end with a sentence."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from conversations.models import MCPConnection, MCPServer, ToolCall
from conversations.models.encryption import encrypt
from conversations.tools.mcp.tokens import find_secrets
from tests.connecting import PATH, call, call_in_thread, sign_in
from tests.replies.threads import storage_threads
from tests.site import Visitor

SIGN_IN = "Sign in to Notes in Settings › Connections."


@pytest.fixture
def visitor(site, notes_server, alice):
    visitor = Visitor(site, alice)
    sign_in(visitor, notes_server)
    return visitor


def expire(**fields):
    MCPConnection.objects.update(expires=timezone.now() - timedelta(minutes=1), **fields)


def call_at_once(person, number):
    """The results of calls in several threads, each with an event loop and a database connection of its own."""

    def call_and_close(_number):
        try:
            return call_in_thread(person)
        finally:
            connections.close_all()

    with storage_threads(), ThreadPoolExecutor(number) as threads:
        return list(threads.map(call_and_close, range(number)))


def test_calls_at_once_refresh_an_expired_token_once(visitor, notes, alice):
    expire()
    notes.refresh_pause = 0.5
    assert call_at_once(alice, 4) == ["alice"] * 4
    assert notes.asked["refresh"] == 1


def test_calls_at_once_replace_a_token_that_the_server_does_not_know_once(visitor, notes, alice):
    notes.tokens.clear()
    notes.refresh_pause = 0.5
    assert call_at_once(alice, 4) == ["alice"] * 4
    assert notes.asked["refresh"] == 1


def test_two_processes_refresh_an_expired_token_once(visitor, start_site, notes, alice):
    visitors = [visitor, Visitor(start_site(), alice)]
    expire()
    notes.refresh_pause = 1
    question = "[[tool:notes__who_am_i:{}]][[then]][[echo:Done.]]"
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda asking: asking.ask(question, tools="notes__who_am_i"), visitors))
    calls = ToolCall.objects.all()
    assert [(call.state, "alice" in call.result[0]["text"]) for call in calls] == [("done", True)] * 2
    assert notes.asked["refresh"] == 1


def test_a_refresh_token_that_is_replaced_is_used_once(visitor, notes, alice):
    for _time in range(3):
        expire()
        assert call(alice) == "alice"
    assert (notes.asked["refresh"], len(notes.refresh_tokens)) == (3, 1)


def test_a_refresh_token_that_is_not_replaced_is_kept(visitor, notes, alice):
    notes.rotates = False
    for _time in range(3):
        expire()
        assert call(alice) == "alice"
    assert MCPConnection.objects.get().refresh_token in notes.refresh_tokens


def test_a_token_that_has_not_expired_is_not_refreshed(visitor, notes, alice):
    assert [call(alice), call(alice)] == ["alice", "alice"]
    assert notes.asked["refresh"] == 0


@pytest.mark.parametrize("seconds", [20, 0])
def test_tokens_that_live_shortly_are_used_as_long_as_they_live(visitor, notes, alice, seconds):
    expire()
    notes.seconds = seconds
    if seconds:
        assert call_at_once(alice, 2) == ["alice", "alice"]
        assert notes.asked["refresh"] == 1
    else:
        assert call(alice) == "Notes refused the sign-in."
        assert notes.asked["refresh"] == 2


def test_new_tokens_are_stored_even_if_nobody_waits_any_more(visitor, notes, notes_server, alice):
    expire()
    notes.refresh_pause = 0.5
    former = MCPConnection.objects.get().access_token

    async def stop_waiting():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(find_secrets(notes_server, alice), 0.2)
        await asyncio.sleep(1)

    with storage_threads():
        asyncio.run(stop_waiting())
    assert MCPConnection.objects.get().access_token != former
    assert call(alice) == "alice"
    assert notes.asked["refresh"] == 1


def test_a_claim_of_a_process_that_has_died_runs_out(visitor, notes, alice):
    expire(refreshing_until=timezone.now() + timedelta(seconds=1))
    begun = timezone.now()
    assert call(alice) == "alice"
    assert timezone.now() - begun > timedelta(seconds=0.8)
    assert notes.asked["refresh"] == 1


def test_a_refused_refresh_asks_alice_to_sign_in_again(visitor, notes, notes_server, alice):
    expire()
    notes.refresh_error = "invalid_grant"
    assert call_at_once(alice, 2) == [SIGN_IN] * 2
    assert call(alice) == SIGN_IN
    assert notes.asked["refresh"] == 1
    assert MCPConnection.objects.get().stored_refresh_token == ""
    assert "Sign in again" in visitor.http.get(PATH).text

    notes.refresh_error = ""
    sign_in(visitor, notes_server)
    assert call(alice) == "alice"
    assert notes.asked["register"] == 1


def test_a_registration_that_the_server_has_forgotten_is_made_again(visitor, notes, notes_server, alice):
    notes.clients.clear()
    expire()
    assert call(alice) == SIGN_IN
    sign_in(visitor, notes_server)
    assert call(alice) == "alice"
    assert notes.asked["register"] == 2


def test_a_failure_that_may_pass_ends_nothing(visitor, notes, alice):
    row = MCPConnection.objects.get()
    elsewhere = row.grant.replace(f"{notes.origin}/token", "http://127.0.0.1:9/token")
    expire(stored_grant=encrypt(elsewhere))
    assert call(alice) == "Notes cannot be reached."
    MCPConnection.objects.update(stored_grant=encrypt(row.grant))
    notes.refresh_error = "invalid_request"
    assert call(alice) == "Notes refused the sign-in: Sign in again, please."
    notes.refresh_error = ""
    assert call(alice) == "alice"


def test_without_a_refresh_token_alice_signs_in_again(visitor, notes, alice):
    MCPConnection.objects.update(stored_refresh_token="", expires=None)
    assert call(alice) == "alice"
    notes.tokens.clear()
    assert call(alice) == SIGN_IN
    assert MCPConnection.objects.get().ended


def test_a_token_is_not_sent_to_another_address(visitor, notes, notes_server, alice):
    MCPServer.objects.update(url=f"{notes.origin}/elsewhere")
    assert call(alice) == SIGN_IN
    assert "not signed in" in visitor.http.get(PATH).text


@pytest.mark.parametrize("column", ["stored_access_token", "stored_refresh_token", "stored_grant"])
def test_a_token_under_a_lost_key_asks_alice_to_sign_in_again(visitor, alice, column):
    expire(**{column: "x"})
    assert call(alice) == SIGN_IN
    assert MCPConnection.objects.get().ended


def test_no_token_is_in_the_log(visitor, notes, notes_server, alice, caplog):
    caplog.set_level(logging.DEBUG)
    expire()
    assert call(alice) == "alice"
    notes.refresh_error = "invalid_grant"
    expire()
    assert call(alice) == SIGN_IN
    notes_server.refresh_from_db()
    secrets = [*notes.tokens, *notes.refresh_tokens, notes_server.client["client_secret"]]
    assert "ended a connection (invalid_grant)" in caplog.text
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_a_refresh_does_not_replace_the_tokens_of_a_later_sign_in(visitor, notes_server, alice):
    earlier = MCPConnection.objects.get()
    sign_in(visitor, notes_server)
    earlier.renew("old", "old", "", None)
    earlier.end()
    assert call(alice) == "alice"
