"""The threads in which tools use the database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from chatsite.server.connections import with_fresh_connection

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 8
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="tools")


async def run_query(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in one of these threads, with a database connection that works."""
    call = partial(with_fresh_connection, function, args, kwargs)
    return await asyncio.get_running_loop().run_in_executor(_pool, call)
