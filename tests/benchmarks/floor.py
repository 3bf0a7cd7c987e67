"""The floor: a bare ASGI relay of Claude's bytes, which parses, stores and asks nothing.

What it costs is uvicorn, aiohttp and system calls. `uvicorn tests.benchmarks.floor:relay`, with ANTHROPIC_BASE_URL.
"""

import json
import os
from typing import Any

import aiohttp

HEADERS = {"x-api-key": "floor", "anthropic-version": "2023-06-01"}
EVENT_STREAM = [(b"content-type", b"text/event-stream; charset=utf-8")]

_session: aiohttp.ClientSession | None = None


def _get_session() -> aiohttp.ClientSession:
    """One for the process, made in its event loop."""
    global _session
    if _session is None:
        _session = aiohttp.ClientSession(os.environ["ANTHROPIC_BASE_URL"], connector=aiohttp.TCPConnector(limit=4000))
    return _session


async def relay(scope: Any, receive: Any, send: Any) -> None:
    """Any request is a question; /healthz says that the process lives."""
    assert scope["type"] == "http"
    if scope["path"] == "/healthz":
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    question = json.loads((await receive())["body"])["message"]
    body = {"model": "claude-sonnet-5-5", "max_tokens": 16_000, "stream": True}
    body["messages"] = [{"role": "user", "content": question}]
    async with _get_session().post("/v1/messages", json=body, headers=HEADERS) as response:
        await send({"type": "http.response.start", "status": 200, "headers": EVENT_STREAM})
        async for chunk in response.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
