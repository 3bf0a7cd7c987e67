"""The way to Claude by itself: silence, lost connections and missing keys, as `client.stream` tells them."""

import asyncio
import time
from contextlib import aclosing

import pytest

from chatsite.standin.process import StandIn
from conversations.claude import client
from conversations.claude.errors import Failed
from tests.site import eventually, free_port


@pytest.fixture
def ask(settings, stand_in):
    """Has a question answered in this process; returns the events, and the failure that ended them."""
    stand_in.reset()
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "test-key", stand_in.url

    async def run(question, patience=60):
        events = []
        turns = [{"role": "user", "content": [{"type": "text", "text": question}]}]
        client.open_client()
        try:
            async with asyncio.timeout(patience), aclosing(client.stream(request(turns))) as stream:
                async for event in stream:
                    events.append(event)
        except Failed as failure:
            return events, failure
        finally:
            await client.close_client()
        return events, None

    return lambda question, **wishes: asyncio.run(run(question, **wishes))


def request(turns):
    return client.Request("claude-sonnet-5-5", turns)


def said(events):
    return "".join(event.text for event in events if isinstance(event, client.TextDelta))


@pytest.mark.parametrize(("marker", "text"), [("hang", ""), ("stall:0", ""), ("stall:2", "One two ")])
def test_a_silent_claude_is_waited_for_no_longer_than_agreed(ask, stand_in, monkeypatch, marker, text):
    monkeypatch.setattr(client, "SILENCE", 0.4)
    began = time.monotonic()
    events, failure = ask(f"[[{marker}]][[echo:One two three.]]")

    assert 0.4 <= time.monotonic() - began < 5
    assert (said(events), failure.code) == (text, "upstream_timeout")
    eventually(lambda: stand_in.open() == 0, seconds=1)
    assert stand_in.recorded()[0]["ended"] == "client_gone"


def test_a_ping_is_a_sign_of_life(ask, stand_in, monkeypatch):
    monkeypatch.setattr(client, "SILENCE", 1.3)

    with pytest.raises(TimeoutError):
        ask("[[stall:2:ping]][[echo:One two three.]]", patience=2.5)
    eventually(lambda: stand_in.open() == 0, seconds=1)


def test_a_claude_that_cannot_be_reached_is_a_transient_failure(ask, settings):
    settings.ANTHROPIC_BASE_URL = f"http://127.0.0.1:{free_port()}"
    events, failure = ask("Are you there?")

    assert events == []
    assert failure.is_transient
    assert (failure.code, failure.request_id) == ("upstream_error", "")
    assert failure.detail


def test_without_a_key_nothing_is_sent(ask, settings, stand_in):
    settings.ANTHROPIC_API_KEY = ""
    events, failure = ask("Are you there?")

    assert (events, failure.code, failure.detail) == ([], "misconfigured", "ANTHROPIC_API_KEY is not set.")
    assert stand_in.recorded() == []


def test_a_refused_key_is_named_with_the_request(ask, settings, stand_in):
    settings.ANTHROPIC_API_KEY = "bad-key"
    events, failure = ask("Are you there?")

    assert events == []
    assert (failure.code, failure.detail) == ("misconfigured", "401 authentication_error: invalid x-api-key")
    assert failure.request_id == stand_in.recorded()[0]["id"]


def test_a_prompt_that_is_too_long_is_told_from_other_bad_requests(ask, settings):
    with StandIn("--window=100") as small:
        settings.ANTHROPIC_BASE_URL = small.url
        _, failure = ask("word " * 200)

    assert (failure.code, failure.detail) == (
        "too_large",
        "400 invalid_request_error: prompt is too long: 258 tokens > 100 maximum",
    )


def test_leaving_the_stream_closes_the_connection_at_once(ask, stand_in, settings):
    async def leave_after_two_words():
        turns = [{"role": "user", "content": "[[endless]][[rate:200]]"}]
        client.open_client()
        async with aclosing(client.stream(request(turns))) as stream:
            seen = [event async for event in first(stream, 3)]
        await asyncio.sleep(0.1)
        left = await asyncio.to_thread(stand_in.open)
        await client.close_client()
        return seen, left

    seen, left = asyncio.run(leave_after_two_words())
    assert (len(seen), left) == (3, 0)


async def first(stream, count):
    async for event in stream:
        yield event
        count -= 1
        if not count:
            return


def test_one_connection_serves_one_question_after_the_other(ask, stand_in, settings):
    async def ask_thrice():
        client.open_client()
        for _ in range(3):
            turns = [{"role": "user", "content": "[[echo:Yes.]]"}]
            async with aclosing(client.stream(request(turns))) as stream:
                events = [event async for event in stream]
            assert isinstance(events[-1], client.MessageFinished)
        await client.close_client()

    asyncio.run(ask_thrice())
    assert len({each["peer"] for each in stand_in.recorded()}) == 1


def test_the_bytes_of_the_stream_come_straight_from_aiohttp(ask, settings):
    """Past the generators of the libraries between, in places that they do not promise to keep."""

    async def reader():
        client.open_client()
        async with client._call(request([{"role": "user", "content": "[[echo:Yes.]]"}])) as answer:
            found = answer.read
        await client.close_client()
        return found

    assert asyncio.run(reader()).__module__ == "aiohttp.streams"
