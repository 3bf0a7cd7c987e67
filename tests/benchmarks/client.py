"""Readers for measurements: as cheap as possible, so that the server is what is measured."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

CSRF = "c" * 32


@dataclass(slots=True)
class Reader:
    """One open stream: what it got, and how it ended."""

    port: int
    secret: str
    page: bool = False
    received: bytearray = field(default_factory=bytearray)
    status: int = 0
    reply: str = ""
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.StreamWriter | None = None

    async def ask(self, text: str) -> None:
        """Ask and read to the end; a connection that breaks is an end too."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        self.writer.write(self._request(text))
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.status = int(head.split(b" ", 2)[1])
            self.reply = _header(head, b"x-message-id")
            self.opened.set()
            while chunk := await reader.read(1 << 16):
                self.received += chunk
                if chunk.endswith(b"0\r\n\r\n"):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.opened.set()
            self.hang_up()

    def hang_up(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()

    @property
    def frames(self) -> list[tuple[str, dict[str, Any]]]:
        frames, name = [], ""
        for line in _unchunked(bytes(self.received)).split(b"\n"):
            if line.startswith(b"event: "):
                name = line[7:].decode()
            elif line.startswith(b"data: ") and line != b"data: [DONE]":
                frames.append((name, json.loads(line[6:])))
        return frames

    @property
    def text(self) -> str:
        return "".join(data.get("text", "") for name, data in self.frames if not name)

    @property
    def complete(self) -> bool:
        return self.received.rstrip(b"0\r\n").endswith(b"[DONE]") or b"event: end\n" in self.received

    def _request(self, text: str) -> bytes:
        if not self.page:
            body = json.dumps({"message": text})
            return _post("/api/chat", body, f"Authorization: Bearer {self.secret}\r\nContent-Type: application/json")
        body = f"text={text.replace('[', '%5B').replace(']', '%5D').replace(' ', '+')}"
        headers = f"Cookie: session={self.secret}; csrf={CSRF}\r\nX-CSRFToken: {CSRF}\r\nAccept: text/event-stream"
        return _post("/conversations/", body, headers + "\r\nContent-Type: application/x-www-form-urlencoded")


def _post(path: str, body: str, headers: str) -> bytes:
    data = body.encode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
    )


def _header(head: bytes, name: bytes) -> str:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(name + b":"):
            return line.split(b":", 1)[1].strip().decode()
    return ""


def _unchunked(body: bytes) -> bytes:
    parts, place = [], 0
    while (end := body.find(b"\r\n", place)) >= 0:
        size = int(body[place:end] or b"0", 16)
        parts.append(body[end + 2 : end + 2 + size])
        place = end + 2 + size + 2
    return b"".join(parts)
