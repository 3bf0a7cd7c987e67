"""Asks an MCP server for its tools, and calls them: each time in a session of its own, within the limits.

A session lives in a task of its own. Who waits for it stops waiting at the limit, whatever the server does.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import Context
from functools import cache
from ssl import SSLContext
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx2
from django.conf import settings
from django.utils.translation import gettext as _
from mcp import Client, MCPError, types
from mcp.client.streamable_http import streamable_http_client
from mcp_types import HEADER_MISMATCH

from conversations.models import MCPServer
from conversations.tools.mcp.limits import (
    CALL_SECONDS,
    CLOSE_SECONDS,
    CONNECT_SECONDS,
    LIST_SECONDS,
    MAX_BYTES,
    MAX_PAGES,
    MAX_SESSIONS,
    MAX_TOOLS,
    START_SECONDS,
    ByteCounter,
    LimitedMessages,
    Streams,
    raise_refusal,
)
from conversations.tools.mcp.stdio import run_program
from conversations.tools.results import ToolError

T = TypeVar("T")

US = types.Implementation(name="chatsite", version="1")
#: Of each event loop, by the key of the server.
_places: WeakKeyDictionary[asyncio.AbstractEventLoop, defaultdict[int, asyncio.Semaphore]] = WeakKeyDictionary()
_sessions: set[asyncio.Task[Any]] = set()


async def list_tools(server: MCPServer, token: str = "") -> list[types.Tool]:
    """At most MAX_TOOLS tools. Raises whatever goes wrong (errors.py)."""
    start = START_SECONDS if server.transport == MCPServer.Transport.STDIO else 0
    return await run_apart(start + LIST_SECONDS, list_in_session(server, token))


async def call_tool(server: MCPServer, token: str, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
    """What the server answers, which nobody has checked yet. Raises whatever goes wrong (errors.py)."""
    return await run_apart(CALL_SECONDS, call_in_session(server, token, name, arguments))


async def run_apart(seconds: float, session: Coroutine[Any, Any, T]) -> T:
    """Return what the session returns. Raises TimeoutError after so many seconds, and leaves it to its own end."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(session, context=Context())
    _sessions.add(task)
    task.add_done_callback(_sessions.discard)
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.shield(task)
    finally:
        task.cancel()
        # Once more, if it is still saying goodbye to a server that does not listen.
        loop.call_later(CLOSE_SECONDS, task.cancel)


async def list_in_session(server: MCPServer, token: str) -> list[types.Tool]:
    async with open_session(server, token) as client:
        return await read_list(client)


async def read_list(client: Client) -> list[types.Tool]:
    tools: list[types.Tool] = []
    cursor: str | None = None
    for _page in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        tools += page.tools
        cursor = page.next_cursor
        if cursor is None or len(tools) >= MAX_TOOLS:
            break
    return tools[:MAX_TOOLS]


async def call_in_session(server: MCPServer, token: str, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
    request = types.CallToolRequest(params=types.CallToolRequestParams(name=name, arguments=arguments))
    async with open_session(server, token) as client:
        # Not by `Client.call_tool`: it would check the result against a schema of the server's, whose patterns can
        # keep the process busy for ever.
        try:
            return await client.session.send_request(request, types.CallToolResult)
        except MCPError as error:
            if error.code != HEADER_MISMATCH:
                raise
            # Some arguments go into headers too, which the client knows once it has read the list.
            await read_list(client)
            return await client.session.send_request(request, types.CallToolResult)


@asynccontextmanager
async def open_session(server: MCPServer, token: str) -> AsyncIterator[Client]:
    """A session that has begun; waits while the server has MAX_SESSIONS of them."""
    places = _places.setdefault(asyncio.get_running_loop(), defaultdict(lambda: asyncio.Semaphore(MAX_SESSIONS)))
    async with places[server.pk], Client(limit_messages(connect(server, token)), client_info=US, cache=None) as client:
        yield client


@asynccontextmanager
async def limit_messages(transport: AbstractAsyncContextManager[Streams]) -> AsyncIterator[Streams]:
    async with transport as (messages, to_server):
        yield LimitedMessages(messages), to_server


@asynccontextmanager
async def connect(server: MCPServer, token: str) -> AsyncIterator[Streams]:
    if server.transport == MCPServer.Transport.STDIO:
        if not settings.MCP_STDIO:
            raise ToolError(_("MCP_STDIO is off: this site starts no programs."))
        variables = {server.token_variable: token} if server.token_variable and token else {}
        async with run_program(server.command, server.argument_list(), variables) as streams:
            yield streams
    else:
        async with (
            create_session_client(token) as http,
            # It follows no redirect to another host.
            streamable_http_client(server.url, http_client=http, max_sse_event_size=MAX_BYTES) as streams,
        ):
            yield streams


def create_session_client(token: str) -> httpx2.AsyncClient:
    """An HTTP client for a session, whose requests raise SignInRefused."""
    http = create_http_client()
    if token:
        http.headers["Authorization"] = f"Bearer {token}"
    http.event_hooks["response"].insert(0, raise_refusal)
    return http


def create_http_client() -> httpx2.AsyncClient:
    """An HTTP client within the limits. It follows no redirects."""
    return httpx2.AsyncClient(
        headers={"Accept-Encoding": "identity"},
        timeout=httpx2.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS),
        verify=get_ssl_context(),
        event_hooks={"response": [ByteCounter().watch]},
    )


@cache
def get_ssl_context() -> SSLContext:
    """Reading the certificates takes tens of milliseconds."""
    return httpx2.create_ssl_context()
