"""Deletes many rows while people go on writing: in batches, each in its own transaction."""

import time
from collections.abc import Iterator
from typing import Any, TypeVar

from django.db import models, transaction

QuerySet = TypeVar("QuerySet", bound=models.QuerySet[Any])


def in_batches(queryset: QuerySet, size: int) -> Iterator[QuerySet]:
    """Yield the queryset in batches of at most `size` rows, each inside a transaction, for the caller to delete.

    A row that no longer matches the queryset when its batch comes is left out of it.
    """
    keys = list(queryset.values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        began = time.monotonic()
        with transaction.atomic():
            yield queryset.filter(pk__in=keys[start : start + size])
        # SQLite allows one writer at a time and does not queue them. The pause lets running replies write.
        time.sleep(time.monotonic() - began)
