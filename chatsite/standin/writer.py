"""Plays the steps of a reply on a connection: pacing, cutting, and the ways a stream can end."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable, Iterator

from .markers import Markers
from .record import Record
from .script import FOR_EVER, Step

SOON = 0.002
FULL = 65_536
AT_ONCE = 32  # writes before other streams get their turn
MOST_JOINED = 100_000  # an endless reply cannot be one piece


class Player:
    """Driven by timer callbacks alone: one delta costs one callback and one write, and wakes no task."""

    def __init__(self, transport: asyncio.Transport, steps: Iterator[Step], interval: float, record: Record) -> None:
        self._transport, self._steps, self._interval, self._record = transport, steps, interval, record
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[str] = self._loop.create_future()
        self._timer: asyncio.Handle | None = None
        self._due = self._loop.time()

    async def play(self) -> str:
        """How it ended; never returns for a stream that stalls, until it is cancelled."""
        self._timer = self._loop.call_soon(self._advance)
        try:
            return await self._over
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def _advance(self) -> None:
        """Sends what is due; then waits for the next pause to pass, or for a slow reader."""
        try:
            self._timer = self._run()
        except Exception as error:
            self._over.set_exception(error)

    def _run(self) -> asyncio.Handle | None:
        for _ in range(AT_ONCE):
            if self._transport.is_closing():
                return None
            if self._transport.get_write_buffer_size() > FULL:
                return self._loop.call_later(SOON, self._advance)
            step = next(self._steps, None)
            if step is None or self._send(step):
                self._over.set_result(step.ends if step else "done")
                return None
            if pause := self._interval if step.pause is None else step.pause:
                return self._wait(pause)
        return self._loop.call_soon(self._advance)

    def _send(self, step: Step) -> bool:
        wire, text, deltas, _, usage, ends = step
        if wire:
            self._transport.write(b"%x\r\n%b\r\n" % (len(wire), wire))
        if deltas:
            self._record.sent(text, deltas)
        if usage:
            self._record.usage = usage
        return bool(ends)

    def _wait(self, pause: float) -> asyncio.Handle | None:
        """Counts from when the last step was due, to keep the pace on average; after a long lag, anew."""
        if pause == FOR_EVER:
            return None
        now = self._loop.time()
        self._due = max(self._due + pause, now - 1.0) if pause == self._interval else now + pause
        return self._loop.call_at(self._due, self._advance)


def reset(transport: asyncio.Transport) -> None:
    """Closes with a real RST: nothing lingers, nothing is said."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def cut(steps: Iterator[Step], markers: Markers) -> Iterator[Step]:
    if "burst" in markers:
        return joined(steps)
    if "bytes" in markers:
        return sliced(steps, markers.first("bytes"))
    if "split" in markers:
        return split(steps)
    return steps


def joined(steps: Iterable[Step]) -> Iterator[Step]:
    """Everything up to the end, or to a pause that somebody asked for, in one piece."""
    held: list[Step] = []
    for step in steps:
        held.append(step)
        if step.pause or step.ends or len(held) == MOST_JOINED:
            yield one(held)
            held.clear()
    yield one(held)


def one(held: list[Step]) -> Step:
    wire, text = b"".join(step.wire for step in held), "".join(step.text for step in held)
    usage = next((step.usage for step in reversed(held) if step.usage), None)
    last = held[-1] if held else Step(b"")
    return Step(wire, text, sum(step.deltas for step in held), last.pause or 0.0, usage, last.ends)


def sliced(steps: Iterable[Step], size: int) -> Iterator[Step]:
    for step in steps:
        cuts = range(size, len(step.wire), size)
        yield from divided(step, cuts, 0.0)


def split(steps: Iterable[Step]) -> Iterator[Step]:
    """Cut inside every character of more than one byte, with time between so that the halves travel apart."""
    for step in steps:
        inside = [at for at, byte in enumerate(step.wire) if byte & 0xC0 == 0x80]
        yield from divided(step, inside, SOON)


def divided(step: Step, cuts: Iterable[int], pause: float) -> Iterator[Step]:
    begin = 0
    for end in cuts:
        yield Step(step.wire[begin:end], pause=pause)
        begin = end
    yield step._replace(wire=step.wire[begin:])
