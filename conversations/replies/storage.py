"""The few threads, and so the few database connections, that everything about running replies goes through."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import Error

from chatsite.server.connections import with_fresh_connection
from chatsite.server.outages import is_outage

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
MAX_PAUSE_SECONDS = 2
#: After this long a reader learns that the database is slow: a locked SQLite file is waited for before it is an error.
SLOW_SECONDS = 1
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that uses the database; no thread and no connection is held between two calls."""
    return await asyncio.get_running_loop().run_in_executor(_pool, with_fresh_connection, function, args, kwargs)


async def run_until_stored(function: Callable[..., T], *args: Any, on_retry: Callable[[], None]) -> T:
    """Run a function again and again while the database is unavailable.

    `on_retry` is called before each pause, and each time the function takes long.
    """
    pause = 0.1
    while True:
        slow = asyncio.get_running_loop().call_later(SLOW_SECONDS, on_retry)
        try:
            return await run(function, *args)
        except Error as error:
            if not is_outage(error):
                raise
            logger.warning("The database is unavailable; trying again: %s", error)
            on_retry()
            await asyncio.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE_SECONDS)
        finally:
            slow.cancel()
