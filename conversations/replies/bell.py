"""How readers of a reply wait for what comes, and how they are woken."""

import asyncio

from conversations import sse


class Bell:
    """Wakes those who wait now; whoever comes later waits for the next ring.

    A bare future for each wait, and one timer for all of them, cost a fifth of `asyncio.Event` under
    `asyncio.timeout`, once per delta and reader.
    """

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[bool]] = []
        self._rung = False
        self._timer: asyncio.TimerHandle | None = None

    def ring(self, *, news: bool = True) -> None:
        self._rung = True
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(news)

    async def rung(self) -> bool:
        """Wait for the next ring; False when it is time for a sign of life instead."""
        loop = asyncio.get_running_loop()
        if self._timer is None:
            self._timer = loop.call_later(sse.HEARTBEAT_SECONDS / 2, self._tick)
        future: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(future)
        return await future

    def _tick(self) -> None:
        """Twice in the time that may pass in silence; for the last time when nobody waits."""
        silent, self._rung = not self._rung, False
        if silent:
            self.ring(news=False)
        self._waiting = [future for future in self._waiting if not future.done()]
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(sse.HEARTBEAT_SECONDS / 2, self._tick) if self._waiting else None
