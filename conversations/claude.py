"""The only module that knows Anthropic: a request goes in, typed events come out. Called by replies.

The wire protocol is that of https://platform.claude.com/docs/en/build-with-claude/streaming (API version 2026-10-21).
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

import anthropic
import httpx2
from django.conf import settings

from conversations import catalogue
from conversations.catalogue import Tokens
from conversations.claude_errors import PROTOCOL_ERRORS, Failed, failure_from
from conversations.claude_wire import EventDecoder

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


@dataclass(frozen=True, slots=True)
class Started:
    """Claude has begun to answer, and to count."""

    request_id: str
    model: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A content block is whole; it goes back to Claude like this in the next call."""

    block: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """`message_stop` and a stop reason: nothing less counts as finished. `counted`: with the final count of tokens."""

    stop_reason: str
    tokens: Tokens
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Retrying:
    """The call failed before anything was shown; it is made again in `seconds`."""

    attempt: int
    seconds: float
    code: str


Event = Started | Text | Thinking | Block | Finished | Retrying

_client: anthropic.AsyncAnthropic | None = None


def open_client() -> None:
    """Make the process's one client; called when the server starts."""
    global _client
    # The SDK's aiohttp transport costs half the CPU per token. It takes None for 100 connections, hence a number.
    limits = httpx2.Limits(max_connections=4000, max_keepalive_connections=200)
    timeout = httpx2.Timeout(connect=5, read=SILENCE + 15, write=60, pool=10)
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
            async with asyncio.timeout(SILENCE):
                call = _client.messages.with_streaming_response.create(**_parameters(request))
                response = await stack.enter_async_context(call)
            request_id = response.headers.get("request-id", "")
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise Failed("upstream_protocol", detail="The answer was not an event stream.")
            message = _Message(request_id)
            chunks = response.http_response.aiter_raw()
            async for payload in _payloads(chunks):
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


async def _payloads(chunks: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """The decoded events of a stream, pings included; TimeoutError when none comes for SILENCE seconds."""
    decoder = EventDecoder()
    clock = asyncio.get_running_loop().time
    deadline = clock() + SILENCE
    while True:
        async with asyncio.timeout_at(deadline):
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        for payload in decoder.feed(chunk):
            deadline = clock() + SILENCE
            yield payload


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read to the end of the body, so that the connection can serve the next call."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(0.5):
            async for _ in chunks:
                pass


@dataclass(slots=True)
class _Message:
    """What has come of one message: turns wire payloads into events."""

    request_id: str
    tokens: Tokens = field(default_factory=Tokens)
    stop_reason: str = ""
    stopped: bool = False
    counted: bool = False
    block: dict[str, Any] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return self.stopped and bool(self.stop_reason)

    def take(self, payload: dict[str, Any]) -> list[Event]:
        """The events of one payload; unknown kinds give none."""
        match payload.get("type"):
            case "content_block_delta":
                return self._delta(payload["delta"])
            case "message_start":
                self._count(payload["message"]["usage"])
                return [Started(self.request_id, payload["message"]["model"], self.tokens)]
            case "content_block_start":
                self.block, self.parts = dict(payload["content_block"]), []
            case "content_block_stop":
                return self._whole_block()
            case "message_delta":
                self.stop_reason = payload["delta"].get("stop_reason") or self.stop_reason
                usage = payload.get("usage") or {}
                self.counted = self.counted or "output_tokens" in usage
                self._count(usage)
            case "message_stop":
                self.stopped = True
                return [Finished(self.stop_reason, self.tokens, self.counted)] if self.complete else []
            case "error":
                raise Failed.from_payload(payload)
        return []

    def _delta(self, delta: dict[str, Any]) -> list[Event]:
        match delta.get("type"):
            case "text_delta":
                self.parts.append(delta["text"])
                return [Text(delta["text"])] if delta["text"] else []
            case "thinking_delta":
                self.parts.append(delta["thinking"])
                return [Thinking(delta["thinking"])] if delta["thinking"] else []
            case "signature_delta":
                self.block["signature"] = delta["signature"]
            case "input_json_delta":
                self.parts.append(delta["partial_json"])
            case "citations_delta":
                self.block["citations"] = [*(self.block.get("citations") or []), delta["citation"]]
        return []

    def _whole_block(self) -> list[Event]:
        block, whole = self.block, "".join(self.parts)
        self.block, self.parts = {}, []
        match block.get("type"):
            case "text" | "thinking" as kind:
                block[kind] = block.get(kind, "") + whole
            case "tool_use" | "server_tool_use":
                block["input"] = EventDecoder.decode(whole.encode()) if whole else block.get("input", {})
        return [Block(block)] if block else []

    def _count(self, usage: dict[str, Any]) -> None:
        # Totals are cumulative; what an event leaves out keeps its value (Messages API, message_delta).
        split = usage.get("cache_creation") or {}
        written = usage.get("cache_creation_input_tokens")
        hour = _or(split.get("ephemeral_1h_input_tokens"), self.tokens.write_1h)
        self.tokens = Tokens(
            input=_or(usage.get("input_tokens"), self.tokens.input),
            output=_or(usage.get("output_tokens"), self.tokens.output),
            write_5m=self.tokens.write_5m if written is None else written - hour,
            write_1h=hour,
            read=_or(usage.get("cache_read_input_tokens"), self.tokens.read),
        )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
