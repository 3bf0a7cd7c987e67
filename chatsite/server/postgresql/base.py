"""Django's PostgreSQL backend, with a deadline for every query of a server process.

A connection may stay open although nothing comes back: a proxy or a firewall has lost it, or the server hangs. Neither
TCP nor `statement_timeout` notices that. Without a deadline the threads of the process would wait for ever, one after
the other. https://docs.djangoproject.com/en/5.2/ref/databases/#subclassing-the-built-in-database-backends
"""

import logging
import math
import time
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base

logger = logging.getLogger(__name__)

#: Seconds for a query on a connection that is older than the last one that was given up: it is probably silent too.
SUSPECT_SECONDS = 1
#: Milliseconds. The transaction of a connection that was given up keeps its locks until the server ends it.
IDLE_IN_TRANSACTION = 10_000


class Connection(psycopg.Connection[Any]):
    """Closes itself when the server does not answer a query within `query_timeout` seconds.

    psycopg sends every command through `wait`: also COMMIT, and Django's health check.
    """

    query_timeout: float | None = None
    last_given_up = -math.inf

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._opened = time.monotonic()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Raises OperationalError when it gives up."""
        if self.query_timeout is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        is_suspect = self._opened < Connection.last_given_up
        seconds = min(self.query_timeout, SUSPECT_SECONDS) if is_suspect else self.query_timeout
        began = time.monotonic()
        try:
            return super().wait(gen, interval, seconds)
        except psycopg.OperationalError as error:
            if time.monotonic() - began < seconds:
                raise
            Connection.last_given_up = time.monotonic()
            self.close()
            message = f"PostgreSQL has not answered for {seconds:g} s; the connection is given up"
            logger.warning("A query has failed: %s", OperationalError(message))
            raise psycopg.OperationalError(message) from error


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes one more option: `query_timeout`, in seconds."""

    # Django calls `Database.connect`, and offers no option for the class of the connection.
    Database = SimpleNamespace(**vars(psycopg) | {"connect": Connection.connect})  # type: ignore[assignment]

    def get_connection_params(self) -> dict[str, Any]:
        """A slow query is cancelled by the server a little earlier: then the connection is not lost."""
        params: dict[str, Any] = super().get_connection_params()
        if seconds := float(params.get("query_timeout") or 0):
            limits = {
                "statement_timeout": math.ceil(900 * seconds),
                "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
            }
            params.setdefault("options", " ".join(f"-c {name}={value}" for name, value in limits.items()))
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        seconds = float(conn_params.pop("query_timeout", 0))
        connection: Connection = super().get_new_connection(conn_params)
        connection.query_timeout = seconds or None
        return connection
