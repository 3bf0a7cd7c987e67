"""Where running replies are rendered: in the event loop, a little in each of its rounds, or in a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

#: Seconds of each round of the event loop.
MAX_SECONDS = 0.005
# One thread: rendering holds the GIL, and several would only keep the event loop waiting for longer.
_pool = ThreadPoolExecutor(1, thread_name_prefix="rendering")


async def run_in_thread(render: Callable[[], list[bytes]]) -> list[bytes]:
    return await asyncio.get_running_loop().run_in_executor(_pool, render)


class Rounds:
    """Tells replies when to leave the event loop to others, and to go on in its next round.

    200 that have new text at the same moment keep it for 40 ms otherwise. Beside ten uploads it was late by 47 to
    117 ms at most without this, by 24 to 41 ms with it.
    """

    def __init__(self) -> None:
        #: The event loop whose round has begun.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends = 0.0

    def is_over(self) -> bool:
        """Whether this round has no time left. The first that asks in a round is always told that it has."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return loop.time() > self._ends
        self._loop, self._ends = loop, loop.time() + MAX_SECONDS
        loop.call_soon(self._end)
        return False

    def _end(self) -> None:
        self._loop = None


rounds = Rounds()
