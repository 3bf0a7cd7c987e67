"""Cuts off request bodies that are too large before anything of them is kept."""

from typing import Any

from django.conf import settings

#: So much more is read and thrown away: a browser that is still sending would not read the refusal.
MOST_DISCARDED = 64 * 1024 * 1024


class BodyLimit:
    """An ASGI application around another one: no body of more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes gets through.

    Django itself writes the whole body to a temporary file first, and trusts Content-Length about its size. It gets
    such a request without its body and with `too_large` in its scope, to answer 413 (chatsite/errors.py).
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
            await _discard(receive)
            await self._refuse(scope, receive, send)
            return
        if not chunked and (declared != b"0" or scope["method"] in {"GET", "HEAD"}):
            await self.application(scope, receive, send)
            return
        body = await _whole(receive, limit)
        if body is None:
            await self._refuse(scope, receive, send)
            return
        await self.application(scope, _Replay(body, receive), send)

    async def _refuse(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application({**scope, "too_large": True}, _Replay(b"", receive), send)


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
            if message.get("more_body", False):
                await _discard(receive)
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _discard(receive: Any) -> None:
    """Read on to the end of a body, or to where nobody should be listened to any longer."""
    discarded = 0
    while discarded < MOST_DISCARDED:
        message = await receive()
        discarded += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
