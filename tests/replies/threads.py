"""For tests that run pieces of a reply in this process."""

import threading
from contextlib import contextmanager

from django.db import connections

from conversations.replies import storage


@contextmanager
def storage_threads():
    """The storage threads leave no connection behind that would outlive the test database."""
    try:
        yield
    finally:
        together = threading.Barrier(storage.THREADS)

        def close(_number):
            together.wait()
            connections.close_all()

        list(storage._pool.map(close, range(storage.THREADS)))
