"""What middleware written in this project has in common."""

from collections.abc import Awaitable, Callable

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase


class AsyncMiddleware:
    """Runs in the event loop. Django's MiddlewareMixin would call each of its methods in a thread."""

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)  # type: ignore[type-var]
