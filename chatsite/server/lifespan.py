"""The beginning and the end of a server process: starts the engine, and keeps a stop signal from losing text.

At SIGTERM uvicorn closes its listeners, cancels requests and leaves before anybody could save. So the first
signal only begins to drain; uvicorn's own handler is called when every reply is final, or at a second signal.
"""

import asyncio
import gc
import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Protocol

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
Handler = Callable[[int, FrameType | None], Any]


class Worker(Protocol):
    """What has to be started and stopped with the process."""

    async def startup(self) -> None: ...
    async def drain(self) -> None: ...
    async def shutdown(self) -> None: ...


class Lifespan:
    """An ASGI application that answers `lifespan`, which Django does not know, and passes on all else."""

    def __init__(self, application: Any, worker: Worker) -> None:
        self.application = application
        self.worker = worker
        self._draining: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.application(scope, receive, send)
            return
        await receive()
        try:
            await self.worker.startup()
        except Exception as error:
            # Raised from here, uvicorn would take it for an application without a lifespan, and serve.
            logger.exception("The engine could not be started.")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        self._listen()
        # What is loaded by now stays: the garbage collector need not walk through it again and again.
        gc.collect()
        gc.freeze()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.worker.shutdown()
        await send({"type": "lifespan.shutdown.complete"})

    def _listen(self) -> None:
        # Signal handlers can only be set in the main thread; a server in another one is stopped by its owner.
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            theirs = signal.getsignal(number)
            if callable(theirs):
                signal.signal(number, self._handler(loop, theirs))

    def _handler(self, loop: asyncio.AbstractEventLoop, theirs: Handler) -> Handler:
        def handle(number: int, frame: FrameType | None) -> None:
            if self._draining is not None:
                theirs(number, frame)
                return
            logger.info("Stopping: waiting for running replies. A second signal stops at once.")
            loop.call_soon_threadsafe(self._drain, theirs, number)

        return handle

    def _drain(self, theirs: Handler, number: int) -> None:
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain_then(theirs, number))

    async def _drain_then(self, theirs: Handler, number: int) -> None:
        try:
            await self.worker.drain()
        finally:
            theirs(number, None)
