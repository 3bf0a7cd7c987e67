"""Claude's API on loopback, as the cases want it: each request names its case, and gets its bytes in its pieces."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from tests.fuzz.cases import Case

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nrequest-id: req_1\r\nTransfer-Encoding: chunked\r\n\r\n"
RESPONSES = {
    "overloaded": b"HTTP/1.1 529 Overloaded\r\nContent-Type: application/json\r\nContent-Length: 53\r\n\r\n"
    b'{"type":"error","error":{"type":"overloaded_error"}} ',
    "html": b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>",
    "json": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "reset": b"",
    "half a head": HEAD[:40],
    "unknown": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
}
#: Seconds until a silent connection is given up here.
MAX_SILENCE = 20


@dataclass
class Play:
    """What happened to a case: how often it was asked for, and when the last call was over, or all of it was sent."""

    case: Case
    pieces: list[bytes]
    calls: int = 0
    #: Calls of which there is more to send.
    sending: int = 0
    over_at: float = field(default_factory=monotonic)
    #: Bytes.
    sent: int = 0


class Upstream:
    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        self.url = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def expect(self, case: Case) -> Play:
        self.plays[case.name] = Play(case, [piece for piece in case.pieces() if piece])
        return self.plays[case.name]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            named = re.search(rb"\[case ([^\]]+)\]", body)
            play = self.plays.get(named[1].decode()) if named else None
            if play is None:
                writer.write(RESPONSES["unknown"])
            else:
                await self._answer(play, reader, writer)
        writer.close()

    async def _answer(self, play: Play, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        play.calls += 1
        play.sending += 1
        gone = asyncio.create_task(wait_until_closed(reader))
        try:
            if play.case.response == "stream":
                await self._send(play, writer, gone)
            else:
                writer.write(RESPONSES[play.case.response])
        finally:
            play.sending -= 1
            play.over_at = monotonic()
        if play.case.ending == "silence":
            await asyncio.wait([gone], timeout=MAX_SILENCE)
        gone.cancel()

    async def _send(self, play: Play, writer: asyncio.StreamWriter, gone: asyncio.Task[None]) -> None:
        case, random = play.case, play.case.random
        writer.write(HEAD)
        for piece in play.pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            play.sent += len(piece)
            await writer.drain()
            if case.seconds:
                await asyncio.sleep(random.expovariate(len(play.pieces) / case.seconds))
            if gone.done():
                return
        if case.ending == "end":
            writer.write(b"0\r\n\r\n")


async def wait_until_closed(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        await reader.read(1)
