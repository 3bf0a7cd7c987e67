"""Wakes the readers of a reply. Used by the broadcast, once per delta and reader."""

import asyncio

from conversations import sse


class Notifier:
    """Wakes everybody who waits now; a later waiter waits for the next notification.

    A bare future for each wait, and one timer for all of them, cost a fifth of `asyncio.Event` under
    `asyncio.timeout`.
    """

    def __init__(self) -> None:
        # Asked for once: until Python 3.12 each call is a system call.
        self._loop = asyncio.get_running_loop()
        self._waiters: list[asyncio.Future[bool]] = []
        self._is_notified = False
        self._timer: asyncio.TimerHandle | None = None

    def notify(self, *, changed: bool = True) -> None:
        self._is_notified = True
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(changed)

    def wait(self) -> asyncio.Future[bool]:
        """To be awaited: True when something has changed, False when a keep-alive is due instead."""
        if self._timer is None:
            self._timer = self._loop.call_later(sse.KEEP_ALIVE_SECONDS / 2, self._tick)
        waiter: asyncio.Future[bool] = self._loop.create_future()
        self._waiters.append(waiter)
        return waiter

    def _tick(self) -> None:
        """Runs twice in the time that may pass in silence, and no more once nobody waits."""
        was_notified, self._is_notified = self._is_notified, False
        if not was_notified:
            self.notify(changed=False)
        self._waiters = [waiter for waiter in self._waiters if not waiter.done()]
        self._timer = self._loop.call_later(sse.KEEP_ALIVE_SECONDS / 2, self._tick) if self._waiters else None
