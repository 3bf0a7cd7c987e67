"""The client in this process, against the stand-in: one call, its failures, and its connection.

The stand-in's markers in double brackets, such as `[[echo:Yes.]]`, are explained in chatsite/standin/README.md.
"""

import asyncio
import time
from contextlib import aclosing

import pytest

from chatsite.standin.process import StandIn
from conversations.claude import client
from conversations.claude.errors import Failed
from tests.claude.streams import extract_text
from tests.site import eventually, free_port


@pytest.fixture(autouse=True)
def _connected_to_the_stand_in(settings, stand_in):
    stand_in.reset()
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "test-key", stand_in.url


def stream(question):
    messages = [{"role": "user", "content": [{"type": "text", "text": question}]}]
    return aclosing(client.stream(client.Request("claude-sonnet-5-5", messages)))


def run(coroutine):
    """Runs a coroutine with an open client."""

    async def run_with_client():
        client.open_client()
        try:
            return await coroutine
        finally:
            await client.close_client()

    return asyncio.run(run_with_client())


def ask(question, seconds=60):
    """Reads the answer to its end; returns the events, and the failure that ended them, if one did."""
    events = []

    async def read():
        async with asyncio.timeout(seconds), stream(question) as answer:
            async for event in answer:
                events.append(event)

    try:
        run(read())
    except Failed as failure:
        return events, failure
    return events, None


# The answer


def test_the_events_of_an_answer_arrive_in_order(stand_in):
    events, failure = ask("[[nothinking]][[echo:One two.]]")

    assert failure is None
    assert [type(event) for event in events] == [
        client.MessageStarted,
        client.TextDelta,
        client.TextDelta,
        client.ContentBlock,
        client.MessageFinished,
    ]
    assert extract_text(events) == "One two."
    assert events[0].request_id == stand_in.recorded()[0]["id"]


# Silence


@pytest.mark.parametrize(("marker", "text"), [("hang", ""), ("stall:0", ""), ("stall:2", "One two ")])
def test_a_silent_claude_times_out(stand_in, monkeypatch, marker, text):
    monkeypatch.setattr(client, "READ_TIMEOUT", 0.4)
    started = time.monotonic()
    events, failure = ask(f"[[{marker}]][[echo:One two three.]]")

    assert 0.4 <= time.monotonic() - started < 5
    assert (extract_text(events), failure.code) == (text, "upstream_timeout")


def test_a_timeout_closes_the_connection(stand_in, monkeypatch):
    monkeypatch.setattr(client, "READ_TIMEOUT", 0.4)
    ask("[[stall:2]]")

    eventually(lambda: stand_in.count_open() == 0, seconds=1)
    assert stand_in.recorded()[0]["ended"] == "client_gone"


def test_a_ping_is_a_sign_of_life(monkeypatch):
    monkeypatch.setattr(client, "READ_TIMEOUT", 1.3)

    with pytest.raises(TimeoutError):
        ask("[[stall:2:ping]]", seconds=2.5)


# Failures


def test_a_claude_that_cannot_be_reached_is_a_transient_failure(settings):
    settings.ANTHROPIC_BASE_URL = f"http://127.0.0.1:{free_port()}"
    events, failure = ask("Are you there?")

    assert events == []
    assert failure.is_transient
    assert (failure.code, failure.request_id) == ("upstream_error", "")
    assert failure.detail


def test_a_failure_is_not_retried(stand_in):
    _events, failure = ask("[[status:529]]")

    assert (failure.code, failure.is_transient) == ("overloaded", True)
    assert len(stand_in.recorded()) == 1


def test_without_a_key_nothing_is_sent(settings, stand_in):
    settings.ANTHROPIC_API_KEY = ""
    events, failure = ask("Are you there?")

    assert (events, failure.code, failure.detail) == ([], "misconfigured", "ANTHROPIC_API_KEY is not set.")
    assert stand_in.recorded() == []


def test_a_refused_key_is_reported_with_the_id_of_the_request(settings, stand_in):
    settings.ANTHROPIC_API_KEY = "bad-key"
    _events, failure = ask("Are you there?")

    assert (failure.code, failure.detail) == ("misconfigured", "401 authentication_error: invalid x-api-key")
    assert failure.request_id == stand_in.recorded()[0]["id"]


def test_a_failure_in_the_stream_has_the_id_of_the_request(stand_in):
    _events, failure = ask("[[reset:3]]")

    assert (failure.code, failure.request_id) == ("upstream_error", stand_in.recorded()[0]["id"])


def test_a_prompt_that_is_too_long_has_a_code_of_its_own(settings):
    with StandIn("--window=100") as small:
        settings.ANTHROPIC_BASE_URL = small.url
        _events, failure = ask("word " * 200)

    assert (failure.code, failure.detail) == (
        "too_large",
        "400 invalid_request_error: prompt is too long: 258 tokens > 100 maximum",
    )


# The connection


def test_leaving_the_stream_closes_the_connection_at_once(stand_in):
    async def leave_after_the_first_event():
        async with stream("[[endless]][[rate:200]]") as answer:
            await anext(answer)
        await asyncio.sleep(0.1)
        return await asyncio.to_thread(stand_in.count_open)

    assert run(leave_after_the_first_event()) == 0


def test_cancelling_the_reader_closes_the_connection_at_once(stand_in):
    async def read():
        async with stream("[[endless]][[rate:200]]") as answer:
            async for _event in answer:
                pass

    async def cancel_while_reading():
        reader = asyncio.create_task(read())
        await asyncio.sleep(0.5)
        opened = await asyncio.to_thread(stand_in.count_open)
        reader.cancel()
        await asyncio.wait([reader])
        await asyncio.sleep(0.1)
        return opened, await asyncio.to_thread(stand_in.count_open)

    assert run(cancel_while_reading()) == (1, 0)


def test_one_connection_serves_one_question_after_the_other(stand_in):
    async def ask_three_times():
        for _ in range(3):
            async with stream("[[echo:Yes.]]") as answer:
                events = [event async for event in answer]
            assert isinstance(events[-1], client.MessageFinished)

    run(ask_three_times())
    assert len({record["peer"] for record in stand_in.recorded()}) == 1


def test_the_proxy_of_the_environment_is_used(settings, monkeypatch):
    settings.ANTHROPIC_BASE_URL = "http://claude.invalid"
    requests = []

    async def proxy(reader, writer):
        requests.append(await reader.readline())
        writer.close()

    async def ask_through_proxy():
        server = await asyncio.start_server(proxy, "127.0.0.1")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        # As a process does that starts with this environment.
        await client.close_client()
        client.open_client()
        async with server:
            with pytest.raises(Failed):
                async with stream("Are you there?") as answer:
                    await anext(answer)

    run(ask_through_proxy())
    assert requests == [b"POST http://claude.invalid/v1/messages HTTP/1.1\r\n"]
