"""What counts as an outage of the database, and how outages are logged: one line a minute for each cause."""

import logging
import re
import sqlite3
import threading
import time

from django.db import InterfaceError, OperationalError

#: Seconds between two lines about the same cause.
INTERVAL = 60
#: SQLSTATE of a write to a standby server: Django has no class of its own for it.
READ_ONLY = "25006"


def is_outage(error: object) -> bool:
    """Whether an exception means that the database is away, silent, locked, full or read-only: waiting may help."""
    if isinstance(error, OperationalError | InterfaceError):
        # SQLite's code for errors in the statement itself, such as a table that is missing.
        return getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return isinstance(error, Exception) and getattr(error.__cause__, "sqlstate", None) == READ_ONLY


def name_outage(error: object) -> str:
    """What is unavailable when this is raised, or empty: the database, or `service_name` of the class."""
    return "database" if is_outage(error) else str(getattr(error, "service_name", ""))


class SummarizeOutages(logging.Filter):
    """During an outage every request, and every round of checkpoints, fails in the same way.

    The first record about a cause becomes one line without a traceback; those of the next minute are counted.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        #: By cause: when it was logged, and how often it was not logged since.
        self._causes: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        # A 503 is a response that was meant; its cause has a record of its own.
        if record.name == "django.request" and getattr(record, "status_code", 0) == 503:
            return False
        arguments = record.args if isinstance(record.args, tuple) else ()
        candidates = [record.exc_info[1] if record.exc_info else None, *arguments]
        error = next((candidate for candidate in candidates if name_outage(candidate)), None)
        if error is None:
            return True
        cause = " ".join(str(error).split())
        suppressed = self._claim_line(re.sub(r"\d+", "", cause))
        if suppressed is None:
            return False
        repeated = f" ({suppressed} more since the last line about it)" if suppressed else ""
        record.msg, record.args = "The %s is unavailable: %s%s", (name_outage(error), cause, repeated)
        record.exc_info = record.exc_text = record.stack_info = None
        return True

    def _claim_line(self, key: str) -> int | None:
        """How often a cause was not logged since its last line; None while the next one is not due."""
        now = time.monotonic()
        with self._lock:
            logged_at, suppressed = self._causes.get(key, (-INTERVAL, 0))
            is_due = now - logged_at >= INTERVAL
            self._causes[key] = (now, 0) if is_due else (logged_at, suppressed + 1)
        return suppressed if is_due else None
