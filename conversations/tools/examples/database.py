"""The tools `query_database` and `describe_database`: SQL in a database that can only be read."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from conversations.tools.examples import postgresql, sqlite
from conversations.tools.examples.tables import MAX_CELL, MAX_COLUMNS, MAX_ROWS
from conversations.tools.functions import tool
from conversations.tools.results import ToolError


@tool(acts=False, title=_("Query the database"))
def query_database(sql: str) -> str:
    """Run one SQL query in the database of figures, which can only be read.

    Returns CSV with a line of column names. At most 200 rows are returned, and a query may take 5 seconds: count and
    sum in SQL. `describe_database` lists the tables.

    Args:
        sql: One SELECT statement, which may begin with WITH.
    """
    statement = sql.strip().removesuffix(";")
    columns, rows = find_backend().query(settings.CHAT_TOOL_DATABASE, statement)
    if len(columns) > MAX_COLUMNS:
        raise ToolError(f"A query may have {MAX_COLUMNS} columns.")
    text = write_csv([columns, *rows[:MAX_ROWS]])
    return f"{text}\n(There are more rows.)" if len(rows) > MAX_ROWS else text


@tool(acts=False, title=_("Tables of the database"))
def describe_database(containing: str = "") -> str:
    """List the tables and views that `query_database` can read, with the names and types of their columns.

    Args:
        containing: List only tables whose names contain this.
    """
    backend = find_backend()
    tables: dict[str, list[str]] = {}
    for table, column, type_name in backend.list_columns(settings.CHAT_TOOL_DATABASE):
        if containing.lower() in table.lower():
            tables.setdefault(table, []).append(f"{column} {type_name}".strip())
    lines = [f"{table} ({', '.join(columns)})" for table, columns in tables.items()]
    return "\n".join([f"The database is {backend.NAME}.", *(lines or ["There is no such table."])])


def find_backend() -> Any:
    if settings.CHAT_TOOL_DATABASE is None:
        raise ToolError("No database is set up for this tool. An administrator must set CHAT_TOOL_DATABASE_URL.")
    return sqlite if "sqlite" in settings.CHAT_TOOL_DATABASE["ENGINE"] else postgresql


def write_csv(rows: Iterable[Iterable[Any]]) -> str:
    """NULL is written as NULL, which an empty text is not."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[write_cell(value) for value in row] for row in rows])
    return text.getvalue().rstrip("\n")


def write_cell(value: Any) -> str:
    if value is None:
        return "NULL"
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"
