"""Runs the synchronous part of all requests in a few threads, however many streams are open.

Without this, asgiref gives each request a thread (and so a database connection) of its own until it ends;
300 requests arriving together peak at 300 threads.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

from asgiref.sync import ThreadSensitiveContext

LANES = 8


class Lanes:
    """An ASGI application around another one: each request is given the next of the single-thread executors."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self._lanes = cycle([ThreadPoolExecutor(1, thread_name_prefix=f"lane-{lane}") for lane in range(LANES)])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with ThreadSensitiveContext(executor=next(self._lanes)):
            await self.application(scope, receive, send)
