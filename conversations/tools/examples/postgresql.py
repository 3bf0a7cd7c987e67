"""Reads a PostgreSQL database for `query_database`."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings

from conversations.tools.examples import tables
from conversations.tools.results import ToolError

logger = logging.getLogger(__name__)

NAME = "PostgreSQL"


def query(database: Mapping[str, Any], sql: str) -> tables.Table:
    with connect(database) as connection:
        columns = list_result_columns(connection, sql)
        if not 0 < len(columns) <= tables.MAX_COLUMNS:
            raise ToolError(f"A query may have 1 to {tables.MAX_COLUMNS} columns.")
        names = [f"c{number}" for number in range(len(columns))]
        # The server cuts the values: one of them could fill the memory of this process.
        cells = ", ".join(f"left({name}::text, {tables.MAX_CELL + 1})" for name in names)
        wrapped = f"SELECT {cells} FROM (\n{sql}\n) AS q ({', '.join(names)}) LIMIT {tables.MAX_ROWS + 1}"  # noqa: S608
        # Prepared, so that the server refuses more than one statement.
        return columns, connection.execute(wrapped.encode(), prepare=True).fetchall()


def list_result_columns(connection: psycopg.Connection, sql: str) -> list[str]:
    """The columns of a query, which does not run for that. Raises psycopg.Error for all but one complete query.

    A cursor of the server is declared by the extended protocol, which takes one statement, for SELECT, VALUES and TABLE
    without parts that write.
    """
    with connection.cursor(name="described") as cursor:
        cursor.execute(sql.encode())
        return [column.name for column in cursor.description or ()]


def list_columns(database: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Table, column and type of all columns that the role may read."""
    sql = """
        SELECT CASE table_schema WHEN 'public' THEN '' ELSE table_schema || '.' END || table_name,
            column_name, data_type
        FROM information_schema.columns
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
        ORDER BY table_schema, table_name, ordinal_position
    """
    with connect(database) as connection:
        return connection.execute(sql).fetchall()


@contextmanager
def connect(database: Mapping[str, Any]) -> Iterator[psycopg.Connection]:
    """A transaction that cannot write, with a limit of MAX_SECONDS for each statement.

    Raises ToolError for all errors of the database.
    """
    try:
        with open_connection(database) as connection:
            connection.read_only = True
            # The first query of the transaction: after it, the transaction cannot be made one that writes.
            connection.execute(
                "SELECT set_config('statement_timeout', %(limit)s, true), set_config('lock_timeout', %(limit)s, true)",
                {"limit": f"{tables.MAX_SECONDS}s"},
            )
            yield connection
            # Some functions write in spite of all, such as lo_create before PostgreSQL 16.
            connection.rollback()
    except psycopg.Error as error:
        raise ToolError(describe(error)) from None


def open_connection(database: Mapping[str, Any]) -> psycopg.Connection:
    """Raises ToolError for a role that may do more than a tool should."""
    connection = psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
        **{"connect_timeout": 5, **database.get("OPTIONS", {})},
    )
    is_superuser = connection.info.parameter_status("is_superuser") == "on"
    own = settings.DATABASES["default"]
    is_own_role = (connection.info.user, connection.info.dbname) == (own.get("USER"), own["NAME"])
    if is_superuser or is_own_role:
        connection.close()
        logger.error("CHAT_TOOL_DATABASE_URL names a role that can write. Create one that can only read.")
        raise ToolError(
            "The database is not set up for this tool: an administrator must choose a role that only reads."
        )
    return connection


def describe(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.QueryCanceled):
        return f"The query took longer than {tables.MAX_SECONDS} seconds."
    if error.diag.message_primary is None or error.sqlstate is None:
        # Its message names the host and the role.
        logger.error("The database of CHAT_TOOL_DATABASE_URL is unavailable: %s", type(error).__name__)
        return "The database is unavailable."
    return f"The database refused the query: {error.diag.message_primary}"
