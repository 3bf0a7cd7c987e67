"""Start and stop of a server process: starts the engine, and keeps a stop signal from losing text.

At SIGTERM uvicorn closes its listeners, cancels requests and exits before anything could be saved. So the first
signal only starts to drain, and a second one ends the draining; uvicorn's own handler is called when every reply is
stored, or shortly before the supervisor would kill the process. A third signal ends the process.
"""

import asyncio
import gc
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from types import FrameType
from typing import Any, Protocol

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
#: Seconds from the third signal to the end of the process.
LAST_SECONDS = 1
SignalHandler = Callable[[int, FrameType | None], Any]


class Worker(Protocol):
    """Starts and stops with the process."""

    async def startup(self) -> None: ...
    async def drain(self) -> None: ...
    def end_drain(self) -> None: ...
    async def shutdown(self) -> None: ...


class Lifespan:
    """An ASGI application that handles `lifespan`, which Django does not, and passes on every other scope."""

    def __init__(self, application: Any, worker: Worker) -> None:
        self.application = application
        self.worker = worker
        self._draining: Future[None] | None = None
        self._signals = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.application(scope, receive, send)
            return
        await receive()
        try:
            await self.worker.startup()
        except Exception as error:
            # If this were raised, uvicorn would conclude that the application has no lifespan, and serve.
            logger.exception("The engine could not be started.")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        self._install_signal_handlers()
        # Everything loaded so far stays in memory: the garbage collector need not visit it again.
        gc.collect()
        gc.freeze()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.worker.shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    def _install_signal_handlers(self) -> None:
        # Python allows this in the main thread only; a server in another thread is stopped by its owner.
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            server_handler = signal.getsignal(number)
            if callable(server_handler):
                signal.signal(number, partial(self._on_signal, loop, server_handler))

    def _on_signal(
        self, loop: asyncio.AbstractEventLoop, server_handler: SignalHandler, number: int, frame: FrameType | None
    ) -> None:
        self._signals += 1
        match self._signals:
            case 1:
                logger.info("Stopping: waiting for running replies. A second signal interrupts them.")
                # Kept: the event loop itself keeps no strong reference to a task.
                drain = self._drain_and_stop(server_handler, number)
                self._draining = asyncio.run_coroutine_threadsafe(drain, loop)
            case 2:
                logger.info("Stopping: interrupting and storing replies. A third signal stops without storing them.")
                loop.call_soon_threadsafe(self.worker.end_drain)
            case 3:
                # What is being stored at this moment may finish.
                signal.signal(number, signal.SIG_DFL)
                loop.call_soon_threadsafe(loop.call_later, LAST_SECONDS, signal.raise_signal, number)

    async def _drain_and_stop(self, server_handler: SignalHandler, number: int) -> None:
        try:
            await self.worker.drain()
        except Exception:
            logger.exception("Waiting for running replies failed.")
        finally:
            server_handler(number, None)
