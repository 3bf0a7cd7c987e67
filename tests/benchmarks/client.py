"""Readers for measurements: as cheap as possible, so that the server is what is measured."""

import asyncio
import json
import re
from time import monotonic
from typing import Any
from urllib.parse import quote_plus

CSRF = "c" * 32
#: What the stand-in writes where [[clock:n]] asks for it.
STAMP = re.compile(rb"@(\d+\.\d{6})")
LAST_CHUNK = b"0\r\n\r\n"


class Reader(asyncio.Protocol):
    """One open stream: what came and when, and how it ended."""

    def __init__(self, port: int, request: bytes) -> None:
        self._port, self._request = port, request
        self._transport: asyncio.Transport | None = None
        self.chunks: list[tuple[float, bytes]] = []
        self.asked = 0.0
        loop = asyncio.get_running_loop()
        self._head: asyncio.Future[None] = loop.create_future()
        self._over: asyncio.Future[None] = loop.create_future()

    async def ask(self) -> None:
        """Ask and read to the end; a connection that breaks is an end too."""
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
            await self._over
        except OSError:
            self.connection_lost(None)

    async def opened(self) -> None:
        """Wait for the head of the response, or for the end."""
        await asyncio.wait([self._head])

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.asked = monotonic()
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.chunks.append((monotonic(), data))
        if not self._head.done():
            self._head.set_result(None)
        if data.endswith(LAST_CHUNK):
            self.hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        for waiting in (self._head, self._over):
            if not waiting.done():
                waiting.set_result(None)

    # The result

    @property
    def received(self) -> bytes:
        return b"".join(data for _, data in self.chunks)

    @property
    def status(self) -> int:
        return int(self.received[9:12] or b"0")

    @property
    def reply(self) -> str:
        found = re.search(rb"(?i)\r\nx-message-id: *([^\r]+)", self.received)
        return found[1].decode() if found else ""

    @property
    def complete(self) -> bool:
        """Whether the response is complete and says so."""
        whole = self.received
        last = any(sign in whole for sign in (b"[DONE]", b'"state":"complete"', b'"type":"message_stop"'))
        return self.status == 200 and last and whole.endswith(LAST_CHUNK)

    def stamps(self) -> list[tuple[float, float]]:
        """When each stamped piece was sent, and when it arrived here for the first time."""
        found, newest = [], 0.0
        for arrived, data in self.chunks:
            for sent in map(float, STAMP.findall(data)):
                if sent > newest:
                    found.append((sent, arrived))
                    newest = sent
        return found

    @property
    def frames(self) -> list[tuple[str, dict[str, Any]]]:
        frames, name = [], ""
        for line in _unchunked(self.received.partition(b"\r\n\r\n")[2]).split(b"\n"):
            if line.startswith(b"event: "):
                name = line[7:].decode()
            elif line.startswith(b"data: ") and line != b"data: [DONE]":
                frames.append((name, json.loads(line[6:])))
        return frames

    @property
    def text(self) -> str:
        return "".join(data.get("text", "") for name, data in self.frames if not name)


def chat(text: str, token: str = "") -> bytes:
    """A request of the plain API; the floor takes the same."""
    headers = f"Authorization: Bearer {token}\r\nContent-Type: application/json"
    return _post("/api/chat", json.dumps({"message": text}), headers)


def claude(text: str) -> bytes:
    """A request of Claude's API, for the way without a site."""
    body = {"model": "claude-sonnet-5-5", "max_tokens": 16_000, "stream": True}
    headers = "x-api-key: bench\r\nanthropic-version: 2023-06-01\r\nContent-Type: application/json"
    return _post("/v1/messages", json.dumps(body | {"messages": [{"role": "user", "content": text}]}), headers)


def page(text: str, session: str) -> bytes:
    """A first question, as the page's script sends it."""
    headers = f"Cookie: session={session}; csrf={CSRF}\r\nX-CSRFToken: {CSRF}\r\nAccept: text/event-stream"
    return _post(
        "/conversations/", f"text={quote_plus(text)}", f"{headers}\r\nContent-Type: application/x-www-form-urlencoded"
    )


def _post(path: str, body: str, headers: str) -> bytes:
    data = body.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def _unchunked(body: bytes) -> bytes:
    parts, place = [], 0
    while (end := body.find(b"\r\n", place)) >= 0:
        size = int(body[place:end] or b"0", 16)
        parts.append(body[end + 2 : end + 2 + size])
        place = end + 2 + size + 2
    return b"".join(parts)
