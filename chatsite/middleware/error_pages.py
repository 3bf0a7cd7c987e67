"""Error pages for responses that would otherwise be empty."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from chatsite import errors
from chatsite.middleware.base import AsyncMiddleware
from chatsite.server.outages import is_outage


class AddErrorPages(AsyncMiddleware):
    """A page for 405, whose response Django leaves empty, for requests whose body BodyLimit has cut off, and for those
    that fail because the database is unavailable.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        scope = getattr(request, "scope", {})
        if scope.get("too_large"):
            return await sync_to_async(errors.content_too_large)(request)
        response = await self.get_response(request)
        if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
            allowed = response.headers.get("Allow", "")
            return await sync_to_async(errors.method_not_allowed)(request, allowed=allowed)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.database_unavailable(request, exception) if is_outage(exception) else None
