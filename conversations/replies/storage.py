"""The few threads, and so the few database connections, that everything about running replies goes through."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")


async def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that uses the database; no thread and no connection is held between two calls."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _connected, function, args, kwargs)


def _connected(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    # What request_started and request_finished do for a request: without it a connection that the server
    # has closed would be used again and again.
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()
