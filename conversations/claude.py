"""The only module that knows Anthropic: a request goes in, typed events come out. Called by replies."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2
from django.conf import settings

from conversations import catalogue
from conversations.claude_errors import PROTOCOL_ERRORS, Failed, failure_from
from conversations.claude_events import Block, Event, Finished, Incoming, Retrying, Started, Text, Thinking
from conversations.claude_wire import EventDecoder, TextDelta

__all__ = ["Block", "Event", "Finished", "Request", "Retrying", "Started", "Text", "Thinking", "stream"]

#: Seconds without any event from Claude (pings count), also before the first one.
SILENCE = 60
#: Seconds that Claude may ask us to wait before a retry; more is not waited for.
LONGEST_WAIT = 10
RETRIES = 2
#: Failures that a second call may mend, as long as nothing was shown yet.
RETRIED = {"overloaded", "rate_limited", "upstream_error"}


@dataclass(frozen=True, slots=True)
class Request:
    """One call: who answers, what was said, how long and how hard to think."""

    model: str
    messages: list[dict[str, Any]]
    system: str = ""
    max_tokens: int = 16_000
    effort: str = "medium"


_client: anthropic.AsyncAnthropic | None = None


def open_client() -> None:
    """Make the process's one client; called when the server starts."""
    global _client
    # The SDK's aiohttp transport costs half the CPU per token. It takes None for 100 connections, hence a number.
    limits = httpx2.Limits(max_connections=4000, max_keepalive_connections=200)
    # No limit on reading: aiohttp would start a timer with each chunk, and `_call` has a cheaper one of its own.
    timeout = httpx2.Timeout(connect=5, read=None, write=60, pool=10)
    _client = anthropic.AsyncAnthropic(
        api_key=settings.ANTHROPIC_API_KEY or "none",
        base_url=settings.ANTHROPIC_BASE_URL,
        # The SDK sleeps as long as `retry-after` says, without a limit; we retry ourselves, visibly.
        max_retries=0,
        # The stream is read as raw bytes; compressed, it would also come in lumps.
        default_headers={"Accept-Encoding": "identity"},
        timeout=timeout,
        http_client=anthropic.DefaultAioHttpClient(limits=limits, timeout=timeout),
    )


async def close_client() -> None:
    global _client
    if _client is not None:
        client, _client = _client, None
        await client.close()


async def stream(request: Request) -> AsyncGenerator[Event]:
    """Have a request answered; raises Failed. Closing the generator closes the connection to Claude.

    A failure before anything was shown is retried at most twice, after the wait that Claude asked for.
    """
    for attempt in range(1, RETRIES + 2):
        shown = False
        try:
            async with aclosing(_call(request)) as events:
                async for event in events:
                    shown = shown or not isinstance(event, Started)
                    yield event
            return
        except Failed as failure:
            wait = failure.retry_after if failure.retry_after is not None else _backoff(attempt)
            if shown or attempt > RETRIES or failure.code not in RETRIED or wait > LONGEST_WAIT:
                raise
            retrying = Retrying(attempt, wait, failure.code)
        yield retrying
        await asyncio.sleep(wait)


def _backoff(attempt: int) -> float:
    return 0.5 * (1 << attempt - 1) * random.uniform(0.75, 1)  # noqa: S311 (spreads retries, guards nothing)


async def _call(request: Request) -> AsyncGenerator[Event]:
    """One HTTP call; everything that goes wrong is raised as Failed."""
    if not settings.ANTHROPIC_API_KEY or _client is None:
        raise Failed("misconfigured", detail="ANTHROPIC_API_KEY is not set.")
    request_id = ""
    try:
        async with AsyncExitStack() as stack:
            silence = await stack.enter_async_context(asyncio.timeout(SILENCE))
            call = _client.messages.with_streaming_response.create(**_parameters(request))
            response = await stack.enter_async_context(call)
            request_id = response.headers.get("request-id", "")
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise Failed("upstream_protocol", detail="The answer was not an event stream.")
            message = Incoming(request_id)
            chunks = response.http_response.aiter_raw()
            async for payload in _payloads(chunks, silence):
                for event in message.take(payload):
                    yield event
                if message.stopped:
                    break
            if not message.complete:
                raise Failed("upstream_truncated", detail="The stream ended before message_stop.")
            await _drain(chunks)
    except (anthropic.AnthropicError, httpx2.HTTPError, TimeoutError, *PROTOCOL_ERRORS) as error:
        raise failure_from(error, request_id) from error
    except Failed as failure:
        failure.request_id = failure.request_id or request_id
        raise


def _parameters(request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "model": request.model,
        "max_tokens": min(request.max_tokens, catalogue.longest_reply(request.model)),
        "messages": request.messages,
        "cache_control": {"type": "ephemeral"},
        "stream": True,
    }
    if request.system:
        parameters["system"] = request.system
    if catalogue.thinks(request.model):
        parameters["thinking"] = {"type": "adaptive", "display": "summarized"}
        parameters["output_config"] = {"effort": request.effort}
    return parameters


async def _payloads(
    chunks: AsyncIterator[bytes], silence: asyncio.Timeout
) -> AsyncIterator[TextDelta | dict[str, Any]]:
    """The decoded events of a stream, pings included, each of which puts off the end of patience."""
    decoder = EventDecoder()
    clock = asyncio.get_running_loop().time
    due = 0.0
    async for chunk in chunks:
        for payload in decoder.feed(chunk):
            # Not at each of them: a timer costs as much as the decoding of an event.
            if (now := clock()) >= due:
                silence.reschedule(now + SILENCE)
                due = now + SILENCE / 60
            yield payload


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read to the end of the body, so that the connection can serve the next call."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(0.5):
            async for _ in chunks:
                pass
