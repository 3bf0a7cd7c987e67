"""Refuses request bodies that are too large before anything of them is kept."""

import json
from typing import Any

from django.conf import settings

SENTENCE = "The request is too large."
#: Django's middleware is not asked, so what it would add stands here.
HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"connection", b"close"),
]


class BodyLimit:
    """An ASGI application around another one: 413 for more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes.

    Django itself writes the whole body to a temporary file first, and trusts Content-Length about its size.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        headers = dict(scope["headers"])
        declared, chunked = headers.get(b"content-length", b"0"), b"transfer-encoding" in headers
        if not declared.isdigit() or int(declared) > limit:
            await _refuse(send)
            return
        if not chunked and (declared != b"0" or scope["method"] in {"GET", "HEAD"}):
            await self.application(scope, receive, send)
            return
        body = await _whole(receive, limit)
        if body is None:
            await _refuse(send)
            return
        await self.application(scope, _Replay(body, receive), send)


class _Replay:
    """A `receive` that gives a body that has been read, and then what comes."""

    def __init__(self, body: bytes, receive: Any) -> None:
        self._first: dict[str, Any] | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Any:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return await self._receive()


async def _whole(receive: Any, limit: int) -> bytes | None:
    """A body of unknown length (chunked), or None when it passes the limit."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _refuse(send: Any) -> None:
    await send({"type": "http.response.start", "status": 413, "headers": HEADERS})
    await send({"type": "http.response.body", "body": json.dumps({"error": SENTENCE}).encode()})
