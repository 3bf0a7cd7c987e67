"""Writes the steps of a reply to a connection at the rate of the stream."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator

from chatsite.standin.events import FOREVER, Step
from chatsite.standin.recording import Record

MAX_BUFFER = 65_536
BUFFER_CHECK_SECONDS = 0.002
MAX_WRITES_PER_TURN = 32  # then other streams get their turn
MAX_LAG_SECONDS = 1.0


class StepWriter:
    """Driven by timer callbacks: a delta takes one callback and one write, and wakes no task."""

    def __init__(self, transport: asyncio.Transport, steps: Iterator[Step], interval: float, record: Record) -> None:
        self._transport, self._steps, self._interval, self._record = transport, steps, interval, record
        self._loop = asyncio.get_running_loop()
        self._ending: asyncio.Future[str] = self._loop.create_future()
        self._timer: asyncio.Handle | None = None
        self._due = self._loop.time()

    async def write_all(self) -> str:
        """Return how the stream ended. A stream that stalls never returns: it is cancelled when its client leaves."""
        self._timer = self._loop.call_soon(self._advance)
        try:
            return await self._ending
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _advance(self) -> None:
        try:
            self._timer = self._write_due_steps()
        except Exception as error:
            self._ending.set_exception(error)

    def _write_due_steps(self) -> asyncio.Handle | None:
        """Write what is due. Return the timer of the next call, or None if nothing follows."""
        for _ in range(MAX_WRITES_PER_TURN):
            if self._transport.is_closing():
                return None
            if self._transport.get_write_buffer_size() > MAX_BUFFER:
                return self._loop.call_later(BUFFER_CHECK_SECONDS, self._advance)
            step = next(self._steps, None)
            if step is None:
                self._ending.set_result("done")
                return None
            if step.wire:
                self._transport.write(b"%x\r\n%b\r\n" % (len(step.wire), step.wire))
            if step.deltas:
                self._record.add_text(step.text, step.deltas)
            if step.usage:
                self._record.usage = step.usage
            if step.ending:
                self._ending.set_result(step.ending)
                return None
            pause = self._interval if step.pause is None else step.pause
            if pause == FOREVER:
                return None
            if pause:
                now = self._loop.time()
                if pause == self._interval:  # counted from the last due time, which keeps the rate on average
                    self._due = max(self._due + pause, now - MAX_LAG_SECONDS)
                else:
                    self._due = now + pause
                return self._loop.call_at(self._due, self._advance)
        return self._loop.call_soon(self._advance)


def reset_transport(transport: asyncio.Transport) -> None:
    """Close the connection with a TCP reset."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
