"""Deleting much for good while people go on writing: a few rows at a time, each few in a transaction of their own."""

import time
from collections.abc import Iterator
from typing import Any, TypeVar

from django.db import connection, models, transaction

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def few_at_a_time(rows: Rows, few: int) -> Iterator[Rows]:
    """Yield a query in parts of at most `few` rows, inside a transaction for each part.

    What no longer fits the query when its turn comes is not in its part.
    """
    _leave_nothing_readable()
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), few):
        began = time.monotonic()
        with transaction.atomic():
            yield rows.filter(pk__in=keys[start : start + few])
        # SQLite has one writer at a time and no queue: without a pause, those who stream would find it taken.
        time.sleep(time.monotonic() - began)


def _leave_nothing_readable() -> None:
    # SQLite marks a deleted text as free and leaves it in the file, unless it is told to overwrite it.
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
