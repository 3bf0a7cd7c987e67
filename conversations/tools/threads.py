"""Threads for the tools that are synchronous functions."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any

from django.db import connections

from chatsite.server.connections import with_fresh_connection

#: Calls of one function that run at once in a process; further ones wait.
THREADS = 4


async def run_in_thread(slots: asyncio.Semaphore, function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Call a function in a thread, and keep one of its slots until it is over.

    A thread cannot be ended from outside. One whose caller has given up goes on and keeps its slot: a function that
    hangs holds up its own calls, and those of no other function. It is a daemon, so that it does not hold up the end of
    the process, and ends after its call, so that an idle tool has no connection to the database.
    """
    await slots.acquire()
    loop, future = asyncio.get_running_loop(), Future[Any]()

    def release(_future: Future[Any]) -> None:
        # The loop is closed when the process ends.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(slots.release)

    future.add_done_callback(release)
    # From here on, a cancellation of the caller does not change the future.
    future.set_running_or_notify_cancel()
    Thread(target=call, args=(future, function, arguments), name=f"tool-{function.__name__}", daemon=True).start()
    return await asyncio.wrap_future(future)


def call(future: Future[Any], function: Callable[..., Any], arguments: dict[str, Any]) -> None:
    try:
        try:
            value = with_fresh_connection(function, (), arguments)
        finally:
            connections.close_all()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(value)
