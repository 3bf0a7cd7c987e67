"""Runs the synchronous part of all requests in a few threads, however many streams are open.

By default asgiref gives each request a thread, and so a database connection, until the request ends: 300 requests
that arrive together need 300 threads.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any

from asgiref.sync import ThreadSensitiveContext

from chatsite.middleware.common import PROBES

LANES = 8


class ThreadPoolPerLane:
    """An ASGI application around another one: requests take turns on LANES executors of one thread each.

    One thread each, because everything synchronous in one request must run in the same thread. Health probes have one
    for themselves, since all others may be waiting for the database.
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        self._next_executor = cycle([ThreadPoolExecutor(1, thread_name_prefix=f"lane-{lane}") for lane in range(LANES)])
        self._probes = ThreadPoolExecutor(1, thread_name_prefix="probes")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        executor = self._probes if scope.get("path") in PROBES else next(self._next_executor)
        async with ThreadSensitiveContext(executor=executor):
            await self.application(scope, receive, send)
