"""Cuts off request bodies that are too large before any of them is stored."""

import errno
from typing import Any

from django.conf import settings

#: Bytes of a rejected body that are still read: a browser reads the response only after it has sent its body.
MAX_DISCARDED = 64 * 1024 * 1024


class Disconnected(Exception):
    """The client left before its body was complete."""


class BodyLimit:
    """An ASGI application around another one: lets no body of more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes pass, apart
    from forms with files. Those are larger, and never of unknown length: such a body is read into memory here.

    Django would first write the whole body to a temporary file, and trusts Content-Length about its size. It gets
    a request that is too large without its body and with `too_large` in its scope, and responds with 413
    (chatsite/middleware/error_pages.py).
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if takes_files(scope.get("path", ""), headers):
            limit += settings.MAX_REQUEST_FILES_MB * 1024 * 1024
        declared_size = headers.get(b"content-length", b"0")
        if not declared_size.isdigit() or int(declared_size) > limit:
            await discard_body(receive)
            await self._reject(scope, receive, send)
            return
        is_chunked = b"transfer-encoding" in headers
        if not is_chunked and (declared_size != b"0" or scope["method"] in {"GET", "HEAD"}):
            await self._pass_on(scope, receive, send)
            return
        try:
            body = await read_body(receive, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        except Disconnected:
            # Half a body must not be taken for a whole one, and nobody reads a response.
            return
        if body is None:
            await self._reject(scope, receive, send)
            return
        await self.application(scope, ReplayedBody(body, receive), send)

    async def _pass_on(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self.application(scope, receive, send)
        except OSError as error:
            # Django keeps a large body in a temporary file, and reads it before it answers anything.
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            await discard_body(receive)
            await self._reject(scope, receive, send, "disk_full")

    async def _reject(self, scope: Any, receive: Any, send: Any, reason: str = "too_large") -> None:
        await self.application({**scope, reason: True}, ReplayedBody(b"", receive), send)


def takes_files(path: str, headers: dict[bytes, bytes]) -> bool:
    """Whether a form with files may be sent there. Django keeps one in a temporary file, not in memory."""
    is_form_with_files = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
    return is_form_with_files and path.startswith(("/files/", "/conversations/", "/api/chat"))


class ReplayedBody:
    """A `receive` that returns a body which has been read already, and after it whatever the server sends."""

    def __init__(self, body: bytes, receive: Any) -> None:
        self._body_message: dict[str, Any] | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Any:
        if self._body_message is None:
            return await self._receive()
        message, self._body_message = self._body_message, None
        return message


async def read_body(receive: Any, limit: int) -> bytes | None:
    """A body of unknown length (chunked), or None if it exceeds the limit. Raises Disconnected when it breaks off."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        has_more = message.get("more_body", False)
        body += message.get("body", b"")
        if len(body) > limit:
            if has_more:
                await discard_body(receive)
            return None
        if not has_more:
            return bytes(body)


async def discard_body(receive: Any) -> None:
    """Read to the end of a body, but at most MAX_DISCARDED bytes."""
    discarded = 0
    while discarded < MAX_DISCARDED:
        message = await receive()
        discarded += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
