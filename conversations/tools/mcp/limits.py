"""What one session with an MCP server may take: seconds, bytes and messages. Nothing that a server does exceeds it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
from mcp.shared.message import SessionMessage

#: The messages of a server, and those for it, as the library's transports yield them.
Streams = tuple[Any, Any]

#: Seconds: to connect, to read the list of tools, for one call, and to say goodbye.
CONNECT_SECONDS, LIST_SECONDS, CALL_SECONDS, CLOSE_SECONDS = 5, 10, 60, 1
#: Seconds for each step of a sign-in: all requests that it takes together.
SIGN_IN_SECONDS = 15
#: Seconds more for the list of a program: it must start first, and `npx` and `uvx` may download it.
START_SECONDS = 30
#: Sessions with one server at once, of this process.
MAX_SESSIONS = 8
#: Bytes that a server may send in a session: an image of 5 MB as base64, and some text. More would be parsed too long.
MAX_BYTES = 8_000_000
#: Messages that a server may send in a session, such as notifications of progress.
MAX_MESSAGES = 1_000
#: The tools of one server, and pages of its list.
MAX_TOOLS, MAX_PAGES = 100, 20
#: Characters of the description of a tool, and bytes of its schema as JSON.
MAX_DESCRIPTION, MAX_SCHEMA = 4_000, 20_000
#: Of one result: bytes of an image, and images.
MAX_IMAGE, MAX_IMAGES = 5_000_000, 10


class SignInRefused(Exception):
    """A server answered 401 or 403. `is_token_unknown`: 401, so that another token could help."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.is_token_unknown = status == 401


async def raise_refusal(response: httpx2.Response) -> None:
    """A hook for each response of a session. Raises SignInRefused."""
    if response.status_code in {401, 403}:
        raise SignInRefused(response.status_code)


class ByteCounter:
    """Counts what the responses of one HTTP client bring, and stops where it is too much."""

    def __init__(self) -> None:
        self.received = 0

    async def watch(self, response: httpx2.Response) -> None:
        """A hook for each response, before its body is read. Raises StreamError."""
        if response.headers.get("content-encoding", "identity") != "identity":
            # Not asked for; a few bytes could become gigabytes.
            raise httpx2.StreamError("compressed without being asked")
        response.stream = CountedBody(response.stream, self)


class CountedBody(httpx2.AsyncByteStream):
    def __init__(self, body: Any, counter: ByteCounter) -> None:
        self._body = body
        self._counter = counter

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._body:
            self._counter.received += len(chunk)
            if self._counter.received > MAX_BYTES:
                raise httpx2.StreamError("too many bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()


class LimitedMessages:
    """The messages of a session, which ends after MAX_MESSAGES of them."""

    def __init__(self, messages: Any) -> None:
        self._messages = messages
        self._count = 0

    async def receive(self) -> SessionMessage | Exception:
        return await self.__anext__()

    async def __anext__(self) -> SessionMessage | Exception:
        self._count += 1
        if self._count > MAX_MESSAGES:
            raise StopAsyncIteration
        message: SessionMessage | Exception = await self._messages.__anext__()
        return message

    def __aiter__(self) -> "LimitedMessages":
        return self

    async def aclose(self) -> None:
        await self._messages.aclose()

    async def __aenter__(self) -> "LimitedMessages":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()
