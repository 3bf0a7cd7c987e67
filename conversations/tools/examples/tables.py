"""Limits of what `query_database` reads, in both kinds of databases."""

from collections.abc import Sequence
from typing import Any

MAX_ROWS, MAX_COLUMNS, MAX_CELL = 200, 50, 1_000
MAX_SECONDS = 5

#: The names of the columns, and up to one row more than MAX_ROWS.
Table = tuple[list[str], Sequence[Sequence[Any]]]
