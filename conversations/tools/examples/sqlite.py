"""Reads a SQLite database for `query_database`, in this process: so all that takes much memory is limited too."""

import logging
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from conversations.tools.examples import tables
from conversations.tools.results import ToolError

logger = logging.getLogger(__name__)

NAME = "SQLite"
#: Bytes of a value or a row; SQLite's own limit is a gigabyte.
MAX_LENGTH = 1_000_000
#: Steps of SQLite's virtual machine, of which it does some millions in a second, after which the time is looked at.
STEPS = 10_000
#: All that a query needs that only reads. Without the others there is no ATTACH, PRAGMA, VACUUM or transaction either.
ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


def query(database: Mapping[str, Any], sql: str) -> tables.Table:
    with connect(database) as connection:
        connection.set_authorizer(authorize)
        cursor = connection.execute(sql)
        if cursor.description is None:
            raise ToolError("The SQL is not a query.")
        return [column[0] for column in cursor.description], fetch(cursor)


def fetch(cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
    """The rows with their values cut: 201 rows of a megabyte each would be too much."""
    rows = []
    for row in cursor:
        rows.append(tuple(cut(value) for value in row[: tables.MAX_COLUMNS + 1]))
        if len(rows) > tables.MAX_ROWS:
            break
    return rows


def cut(value: Any) -> Any:
    return value[: tables.MAX_CELL + 1] if isinstance(value, str | bytes) else value


def list_columns(database: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Table, column and type of all columns of tables and views."""
    sql = """
        SELECT entry.name, field.name, field.type FROM sqlite_schema AS entry, pragma_table_info(entry.name) AS field
        WHERE entry.type IN ('table', 'view') AND entry.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, field.cid
    """
    with connect(database) as connection:
        return connection.execute(sql).fetchall()


@contextmanager
def connect(database: Mapping[str, Any]) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write, for MAX_SECONDS. Raises ToolError for all errors of the database."""
    address = f"{Path(database['NAME']).resolve().as_uri()}?mode=ro"
    deadline = time.monotonic() + tables.MAX_SECONDS
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=tables.MAX_SECONDS)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_LENGTH)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.text_factory = decode
            connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
            yield connection
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise ToolError(describe(error)) from None


def decode(text: bytes) -> str:
    return text.decode(errors="replace")


def authorize(action: int, *_details: Any) -> int:
    return sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY


def describe(error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_INTERRUPT:
        return f"The query took longer than {tables.MAX_SECONDS} seconds."
    if code == sqlite3.SQLITE_CANTOPEN:
        logger.error("The database of CHAT_TOOL_DATABASE_URL cannot be opened.")
        return "The database is unavailable."
    if code == sqlite3.SQLITE_AUTH:
        return "The database refused the query: only SELECT is allowed."
    return f"The database refused the query: {error}"
