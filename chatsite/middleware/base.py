"""What the middleware of this project has in common: it runs in the event loop.

Django's MiddlewareMixin calls `process_request` and `process_response` in a thread, each time at about 0.07 ms of CPU
(`make bench`, CPU per question). Classes that `manage.py check --deploy` looks for by their names stay as they are.
"""

from collections.abc import Awaitable, Callable

from asgiref.sync import markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin


class AsyncMiddleware:
    """The base of middleware that is written here."""

    async_capable = True
    sync_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)  # type: ignore[type-var]


class InEventLoop(MiddlewareMixin):
    """Runs a middleware of Django's in the event loop: `class Common(InEventLoop, CommonMiddleware)`.

    Only for one whose `process_request` uses no database. Where its `process_response` may use it, override `may_wait`.
    """

    sync_capable = False

    def may_wait(self, request: HttpRequest) -> bool:
        """Whether `process_response` may use the database for this request: it then runs in a thread."""
        return False

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase | None = None
        if hasattr(self, "process_request"):
            response = self.process_request(request)
        response = response or await self.get_response(request)  # type: ignore[misc]
        if hasattr(self, "process_response"):
            if self.may_wait(request):
                response = await sync_to_async(self.process_response)(request, response)
            else:
                response = self.process_response(request, response)
        return response
