"""The connection to Claude: a request goes in, the events of the answer come out. Called by the replies.

With `errors`, the only module that uses the SDK.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import aiohttp
import anthropic
import httpx2
from django.conf import settings

from conversations.claude.counts import read_count
from conversations.claude.efforts import EFFORT_NAMES
from conversations.claude.errors import MAX_REQUEST_ID, PROTOCOL_ERRORS, Failed, failure_from
from conversations.claude.events import ContentBlock, Event, MessageAccumulator, MessageFinished, MessageStarted
from conversations.claude.models import Model
from conversations.claude.request import COMPACTION_BETA, Request
from conversations.claude.server_tools import CODE_EXECUTION, WEB_FETCH, WEB_SEARCH
from conversations.claude.transport import NO_PARTS, PARTS, AiohttpTransport
from conversations.claude.wire import TextDelta, ThinkingDelta

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

#: One for each call that is under way.
MAX_CONNECTIONS = 4000
#: Seconds of silence before a call fails: Claude sends a ping when it has nothing else to send. The deadline moves only
#: once a tenth of it has passed, so it can be up to 10 % shorter.
READ_TIMEOUT = 60
#: Seconds from `message_stop` to the end of the body.
BODY_END_TIMEOUT = 0.5
#: Seconds for the whole list of models.
LIST_TIMEOUT = 30
#: Seconds for counting the tokens of a prompt.
COUNT_TIMEOUT = 10
#: What a call may raise: the SDK's errors, those of the HTTP libraries below it, and those of decoding.
CALL_ERRORS = (anthropic.AnthropicError, httpx2.HTTPError, aiohttp.ClientError, TimeoutError, *PROTOCOL_ERRORS)


#: One for the process, open while the server runs.
_client: anthropic.AsyncAnthropic | None = None


def open_client() -> None:
    """Called in the event loop, when the server starts."""
    global _client
    timeout = httpx2.Timeout(connect=5, read=READ_TIMEOUT, write=60, pool=10)
    transport = AiohttpTransport(max_connections=MAX_CONNECTIONS)
    _client = anthropic.AsyncAnthropic(
        api_key=settings.ANTHROPIC_API_KEY or "none",
        base_url=settings.ANTHROPIC_BASE_URL,
        # The SDK waits as long as `retry-after` says, without a limit; a reply retries by itself, visibly.
        max_retries=0,
        # A compressed stream would not arrive event by event; and it is read without decompression.
        default_headers={"Accept-Encoding": "identity"},
        # The SDK makes OpenTelemetry spans for each call, even where nothing collects them.
        open_telemetry={"traces": False},
        timeout=timeout,
        http_client=httpx2.AsyncClient(transport=transport, timeout=timeout, follow_redirects=True),
    )


async def close_client() -> None:
    global _client
    if _client is not None:
        client, _client = _client, None
        await client.close()


def _get_client() -> anthropic.AsyncAnthropic:
    if not settings.ANTHROPIC_API_KEY or _client is None:
        raise Failed("misconfigured", detail="ANTHROPIC_API_KEY is not set.")
    return _client


async def list_models() -> list[Model]:
    """All models of the API's own list, the retired ones too, without prices; raises Failed.

    Models of other servers that lack a name or a lifecycle are left out.
    """
    try:
        async with asyncio.timeout(LIST_TIMEOUT):
            # Only the beta says which models can compact.
            models = _get_client().beta.models.list(
                limit=1000, lifecycle=["active", "deprecated", "retired"], betas=[COMPACTION_BETA]
            )
            return [_model_from(info) async for info in models if info.display_name and info.lifecycle]
    except CALL_ERRORS as error:
        raise failure_from(error) from error


def _model_from(info: anthropic.types.beta.BetaModelInfo) -> Model:
    retires = info.retires_at.date() if info.retires_at else None
    model = Model(info.id, info.display_name, lifecycle=info.lifecycle, retires=retires)
    if info.max_input_tokens and info.max_tokens:
        model = replace(model, window=info.max_input_tokens, max_output=info.max_tokens)
    if info.capabilities is not None:
        types = info.capabilities.thinking.types
        can_disable_thinking = types.adaptive.supported and types.disabled.supported
        compaction = info.capabilities.compaction
        model = replace(
            model,
            supports_thinking=types.adaptive.supported,
            can_disable_thinking=can_disable_thinking,
            takes_images=info.capabilities.image_input.supported,
            takes_pdfs=info.capabilities.pdf_input.supported,
            can_cite=info.capabilities.citations.supported,
            efforts=tuple(name for name in EFFORT_NAMES if is_supported(getattr(info.capabilities.effort, name))),
            supports_compaction=compaction is not None and compaction.summarize.supported,
            server_tools=_server_tools_from(info.capabilities),
        )
    return model


def _server_tools_from(capabilities: anthropic.types.beta.BetaModelCapabilities) -> tuple[str, ...] | None:
    """The API says nothing of `web_fetch`: its documentation lists the same models as for `web_search`."""
    # Servers of other makers leave it out.
    tools = getattr(capabilities, "server_tools", None)
    if tools is None:
        return None
    web = (WEB_SEARCH, WEB_FETCH) if is_supported(tools.web_search) else ()
    return web + ((CODE_EXECUTION,) if is_supported(tools.code_execution) else ())


def is_supported(capability: anthropic.types.beta.BetaCapabilitySupport | None) -> bool:
    return capability is not None and capability.supported


async def count_tokens(request: Request) -> int:
    """How many tokens the prompt of a request has, as Claude counts them; raises Failed. It costs nothing."""
    parameters = request.parameters()
    for name in ("max_tokens", "stream", "diagnostics", "container"):
        parameters.pop(name, None)
    PARTS.set(request.parts)
    try:
        async with asyncio.timeout(COUNT_TIMEOUT):
            counted = await _get_client().messages.count_tokens(**parameters)
    except CALL_ERRORS as error:
        raise failure_from(error) from error
    finally:
        PARTS.set(NO_PARTS)
    return read_count(counted.input_tokens)


async def stream(request: Request) -> AsyncGenerator[Event]:
    """Make one call, without retries, and yield the events of the answer as they arrive. Raises Failed.

    Closing the generator closes the connection to Claude.
    """
    loop = asyncio.get_running_loop()
    async with _call(request) as response, asyncio.timeout(READ_TIMEOUT) as silence:
        reader: aiohttp.StreamReader = response.extensions["stream_reader"]
        message = MessageAccumulator(_request_id(response), request.model)
        try:
            while not message.is_stopped and (chunk := await reader.readany()):
                # Not at each chunk, which would start a timer for each (see `transport`).
                if (silence.when() or 0) - loop.time() < 0.9 * READ_TIMEOUT:
                    silence.reschedule(loop.time() + READ_TIMEOUT)
                for event in message.feed(chunk):
                    yield event
            for event in message.finish():
                yield event
            if not message.is_complete:
                raise Failed("upstream_truncated", detail="The stream ended before message_stop.")
        except (Failed, *CALL_ERRORS):
            for event in message.interrupt():
                yield event
            raise
        # Only when its whole body has been read can the connection serve the next call.
        with suppress(TimeoutError, aiohttp.ClientError):
            async with asyncio.timeout(BODY_END_TIMEOUT):
                await reader.read()


@asynccontextmanager
async def _call(request: Request) -> AsyncIterator[httpx2.Response]:
    """The response to a request, its body not yet read. Whatever fails inside is raised as Failed."""
    request_id = ""
    try:
        calls = _get_client().messages.with_streaming_response
        PARTS.set(request.parts)
        async with calls.create(**request.parameters()) as response:
            # They are sent, and the answer may take minutes.
            request.parts.clear()
            request_id = _request_id(response.http_response)
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise Failed("upstream_protocol", detail="The response is not an event stream.")
            yield response.http_response
    except CALL_ERRORS as error:
        raise failure_from(error, request_id) from error
    except Failed as failure:
        failure.request_id = failure.request_id or request_id
        raise
    finally:
        PARTS.set(NO_PARTS)


def _request_id(response: httpx2.Response) -> str:
    request_id: str = response.headers.get("request-id", "")
    return request_id[:MAX_REQUEST_ID]
