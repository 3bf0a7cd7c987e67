"""For tests that run pieces of a reply in this process."""

import threading
from contextlib import contextmanager

from django.db import connections

from conversations.replies import storage
from conversations.tools import queries


@contextmanager
def storage_threads():
    """The storage threads and those of tools leave no connection behind that would outlive the test database."""
    try:
        yield
    finally:
        close_connections(storage._pool, storage.THREADS)
        close_connections(queries._pool, queries.THREADS)


def close_connections(pool, number):
    together = threading.Barrier(number)

    def close(_number):
        together.wait()
        connections.close_all()

    list(pool.map(close, range(number)))
