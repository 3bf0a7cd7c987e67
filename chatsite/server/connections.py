"""Database connections of threads that are not those of requests."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import close_old_connections

T = TypeVar("T")


def with_fresh_connection(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """Call a function as Django calls a view: connections that the server has closed are not used again."""
    close_old_connections()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()
