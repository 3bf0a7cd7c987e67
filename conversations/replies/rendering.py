"""Where running replies are rendered: in the event loop, for a limited time per iteration, or in a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

#: Seconds that all replies together may render in one iteration of the event loop.
MAX_SECONDS_PER_ITERATION = 0.005
# One thread: rendering holds the GIL, and several would only keep the event loop waiting for longer.
_pool = ThreadPoolExecutor(1, thread_name_prefix="rendering")


async def run_in_thread(render: Callable[[], list[bytes]]) -> list[bytes]:
    return await asyncio.get_running_loop().run_in_executor(_pool, render)


class TimeSlice:
    """The time of one iteration of the event loop in which replies may render; the others wait for the next one.

    Without it, 200 replies with new text at the same moment block the loop for 40 ms. Beside ten uploads the loop was
    late by at most 47 to 117 ms without it, 24 to 41 ms with it.
    """

    def __init__(self) -> None:
        #: The event loop in whose present iteration the slice has begun.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends_at = 0.0

    def enter(self) -> bool:
        """Begin the slice unless it has begun. Returns whether there is time left: always for the first caller."""
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return loop.time() <= self._ends_at
        self._loop, self._ends_at = loop, loop.time() + MAX_SECONDS_PER_ITERATION
        loop.call_soon(self._reset)
        return True

    def _reset(self) -> None:
        self._loop = None


_slice = TimeSlice()


class RenderTimer:
    """Calls `render` once: at a time of the event loop's clock, or soon after if the slice is used up by then."""

    def __init__(self, render: Callable[[], None]) -> None:
        self._render = render
        self._handle: asyncio.Handle | None = None

    @property
    def is_set(self) -> bool:
        return self._handle is not None

    def start(self, when: float) -> None:
        self._handle = asyncio.get_running_loop().call_at(when, self._run)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run(self) -> None:
        if _slice.enter():
            self._handle = None
            self._render()
        else:
            self._handle = asyncio.get_running_loop().call_soon(self._run)
