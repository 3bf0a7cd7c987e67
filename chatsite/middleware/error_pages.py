"""Error pages for responses that would otherwise be empty."""

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from chatsite import errors
from chatsite.form_text import TextNotUTF8
from chatsite.middleware.base import AsyncMiddleware
from chatsite.server.outages import is_outage

#: What answers a request that an application around Django has refused, by the key that it sets in the scope.
REFUSALS = {
    "too_large": errors.content_too_large,
    "disk_full": errors.disk_full,
    "too_many_uploads": errors.too_many_uploads,
    "unreadable_content_type": errors.unreadable_content_type,
}


class AddErrorPages(AsyncMiddleware):
    """A page for 405, whose response Django leaves empty, for requests that an application around Django has refused,
    for forms with files whose texts are too large or not UTF-8, and for requests that fail because the database is
    unavailable.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        scope = getattr(request, "scope", {})
        for key, respond in REFUSALS.items():
            if scope.get(key):
                return await sync_to_async(respond)(request)
        if request.content_type == "multipart/form-data" and not request.path.startswith("/api/"):
            try:
                await sync_to_async(read_form)(request)
            except RequestDataTooBig:
                return await sync_to_async(errors.content_too_large)(request)
            except TextNotUTF8 as error:
                return await sync_to_async(errors.render_error)(request, 400, str(error))
        response = await self.get_response(request)
        if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
            allowed = response.headers.get("Allow", "")
            return await sync_to_async(errors.method_not_allowed)(request, allowed=allowed)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.database_unavailable(request, exception) if is_outage(exception) else None


def read_form(request: HttpRequest) -> None:
    """Read the form, which Django keeps; raises RequestDataTooBig and TextNotUTF8."""
    request.POST  # noqa: B018
