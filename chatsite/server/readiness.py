"""Can this process write to its database? `/readyz` asks, as often as proxies and monitoring like."""

import asyncio
import logging
import shutil
import time
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import Error, OperationalError, close_old_connections, connection

logger = logging.getLogger(__name__)

#: Seconds that a request waits for the result of a check.
MAX_WAIT = 2
#: Seconds before a check, which serves all requests that arrive meanwhile: at most ten writes a second.
GATHERING_SECONDS = 0.1
#: Bytes. SQLite may still write into free space of its files when the disk is full, but not for long.
MIN_FREE_SPACE = 256 * 1024

# Each commits something and changes no row. The message is for logical decoding and is read by nobody.
WRITE_SQLITE = "PRAGMA user_version = 0"
WRITE_POSTGRESQL = "SELECT pg_logical_emit_message(true, 'chatsite', 'ready')"


class Readiness:
    """Checks in a thread of its own: all others may be waiting for the database."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="readiness")
        self._check: Future[bool] | None = None

    async def is_ready(self) -> bool:
        if self._check is None or self._check.done():
            self._check = self._pool.submit(can_write)
        check = self._check
        await asyncio.wait({asyncio.wrap_future(check)}, timeout=MAX_WAIT)
        return check.done() and check.result()


def can_write() -> bool:
    """Whether a transaction that writes can be committed; logs why it cannot."""
    time.sleep(GATHERING_SECONDS)
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # The message would be accepted here.
                cursor.execute("SHOW transaction_read_only")
                if cursor.fetchone()[0] == "on":
                    raise OperationalError("it is read-only")
            cursor.execute(WRITE_POSTGRESQL if connection.vendor == "postgresql" else WRITE_SQLITE)
        if connection.vendor == "sqlite" and shutil.disk_usage(connection.settings_dict["NAME"]).free < MIN_FREE_SPACE:
            raise OperationalError("its disk is full")
    except Error as error:
        logger.error("Not ready: %s", error)
        return False
    finally:
        close_old_connections()
    return True
