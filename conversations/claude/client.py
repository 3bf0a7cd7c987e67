"""The only module that knows Anthropic: a request goes in, typed events come out. Called by replies."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import anthropic
import httpx2
from django.conf import settings

from conversations.claude.errors import MAX_REQUEST_ID, PROTOCOL_ERRORS, Failed, failure_from
from conversations.claude.events import (
    ContentBlock,
    Event,
    MessageAccumulator,
    MessageFinished,
    MessageStarted,
)
from conversations.claude.models import Model, get_model
from conversations.claude.wire import EventSplitter, TextDelta, ThinkingDelta, decode_event

__all__ = [
    "ContentBlock",
    "Event",
    "MessageFinished",
    "MessageStarted",
    "Request",
    "TextDelta",
    "ThinkingDelta",
    "list_models",
    "stream",
]

#: Seconds without any event from Claude (pings count), also before the first one; looked at ten times in that time.
SILENCE = 60
#: Seconds in which the list of models has to come.
LIST_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Request:
    """One call: who answers, what was said, how long and how hard to think."""

    model: str
    messages: list[dict[str, Any]]
    system: str = ""
    max_tokens: int = 16_000
    effort: str = "medium"
    #: One question with a short answer, which nothing follows: no prompt caching, no thinking if it can be disabled.
    single_turn: bool = False

    @property
    def max_output(self) -> int:
        """The highest number of tokens that the answer may have."""
        return min(self.max_tokens, get_model(self.model).max_output)

    @property
    def thinking_disabled(self) -> bool:
        """Whether the model will not think."""
        model = get_model(self.model)
        return not model.supports_thinking or (self.single_turn and model.can_disable_thinking)


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


async def list_models() -> list[Model]:
    """All models of the API's own list, the retired ones too, without prices; raises Failed."""
    if not settings.ANTHROPIC_API_KEY or _client is None:
        raise Failed("misconfigured", detail="ANTHROPIC_API_KEY is not set.")
    try:
        async with asyncio.timeout(LIST_SECONDS):
            models = _client.models.list(limit=1000, lifecycle=["active", "deprecated", "retired"])
            return [_model_from(info) async for info in models]
    except (anthropic.AnthropicError, httpx2.HTTPError, TimeoutError, *PROTOCOL_ERRORS) as error:
        raise failure_from(error) from error


def _model_from(info: anthropic.types.ModelInfo) -> Model:
    model = Model(
        info.id,
        info.display_name,
        lifecycle=info.lifecycle,
        retires=info.retires_at.date() if info.retires_at else None,
    )
    if info.max_input_tokens and info.max_tokens:
        model = replace(model, window=info.max_input_tokens, max_output=info.max_tokens)
    if info.capabilities is not None:
        types = info.capabilities.thinking.types
        model = replace(
            model,
            supports_thinking=types.adaptive.supported,
            can_disable_thinking=types.adaptive.supported and types.disabled.supported,
        )
    return model


async def stream(request: Request) -> AsyncGenerator[Event]:
    """Make one call; raises Failed. Closing the generator closes the connection to Claude."""
    async with _call(request) as answer:
        # Not a generator in a generator: each delta wakes all of them, from the outermost down.
        while chunk := await answer.read():
            for event in answer.events(chunk):
                yield event
            if answer.message.is_stopped:
                break
        await answer.finish()


@asynccontextmanager
async def _call(request: Request) -> AsyncIterator["_Answer"]:
    """One HTTP call; everything that goes wrong before it is left is raised as Failed."""
    if not settings.ANTHROPIC_API_KEY or _client is None:
        raise Failed("misconfigured", detail="ANTHROPIC_API_KEY is not set.")
    request_id = ""
    try:
        async with asyncio.timeout(SILENCE) as silence:
            async with _client.messages.with_streaming_response.create(**_parameters(request)) as response:
                request_id = response.headers.get("request-id", "")[:MAX_REQUEST_ID]
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise Failed("upstream_protocol", detail="The answer was not an event stream.")
                yield _Answer(response.http_response, request_id, silence)
    except (anthropic.AnthropicError, aiohttp.ClientError, httpx2.HTTPError, TimeoutError, *PROTOCOL_ERRORS) as error:
        raise failure_from(error, request_id) from error
    except Failed as failure:
        failure.request_id = failure.request_id or request_id
        raise


class _Answer:
    """An event stream that is being read; TimeoutError when no event, pings included, comes for SILENCE seconds,
    or up to a tenth less.

    The clock does not stop while an event is dealt with: whoever reads must not take that long.
    """

    __slots__ = ("_clock", "_renew_at", "_silence", "_splitter", "message", "read")

    def __init__(self, response: httpx2.Response, request_id: str, silence: asyncio.Timeout) -> None:
        self.message = MessageAccumulator(request_id)
        self.read = _reader(response)
        self._splitter = EventSplitter()
        self._silence = silence
        self._clock = asyncio.get_running_loop().time
        self._renew_at = 0.0

    def events(self, chunk: bytes) -> Iterator[Event]:
        """What follows from a chunk, up to the end of the message; what came before a broken event is not lost."""
        for data in self._splitter.feed(chunk):
            self._renew()
            if event := decode_event(data):
                yield from self.message.add(event)
            if self.message.is_stopped:
                return

    def _renew(self) -> None:
        # Not at each event: a timer costs as much as the decoding of one.
        if (now := self._clock()) >= self._renew_at:
            self._silence.reschedule(now + SILENCE)
            self._renew_at = now + SILENCE / 10

    async def finish(self) -> None:
        """Read to the end of the body, so that the connection can serve the next call."""
        if not self.message.is_complete:
            raise Failed("upstream_truncated", detail="The stream ended before message_stop.")
        with suppress(TimeoutError, aiohttp.ClientError, httpx2.HTTPError):
            async with asyncio.timeout(0.5):
                while await self.read():
                    pass


def _reader(response: httpx2.Response) -> Callable[[], Awaitable[bytes]]:
    """What reads the next bytes, none at the end: as aiohttp has them, past the three generators that httpx2 and the
    SDK put around them, each of which every delta would wake. That is a quarter of what a delta costs.
    """
    inner = getattr(getattr(response.stream, "_stream", None), "_aiohttp_response", None)
    if inner is None:
        chunks = response.aiter_raw()
        return lambda: anext(chunks, b"")
    read: Callable[[], Awaitable[bytes]] = inner.content.readany
    return read


def _parameters(request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_output,
        "messages": request.messages,
        "stream": True,
    }
    if not request.single_turn:
        parameters["cache_control"] = {"type": "ephemeral"}
    if request.system:
        parameters["system"] = request.system
    if get_model(request.model).supports_thinking:
        adaptive = {"type": "adaptive", "display": "summarized"}
        parameters["thinking"] = {"type": "disabled"} if request.thinking_disabled else adaptive
        parameters["output_config"] = {"effort": request.effort}
    return parameters
