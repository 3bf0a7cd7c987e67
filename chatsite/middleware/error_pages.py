"""Error pages for responses that would otherwise be empty."""

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from chatsite import errors
from chatsite.form_text import TextNotUTF8
from chatsite.middleware.base import AsyncMiddleware
from chatsite.server.outages import is_outage


class AddErrorPages(AsyncMiddleware):
    """A page for 405, whose response Django leaves empty, for requests whose body BodyLimit or UploadLimit has cut off,
    for those whose Content-Type cannot be read, for forms with files whose texts are too large or not UTF-8, and for
    requests that fail because the database is unavailable.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        scope = getattr(request, "scope", {})
        if scope.get("too_large"):
            return await sync_to_async(errors.content_too_large)(request)
        if scope.get("disk_full"):
            return await sync_to_async(errors.disk_full)(request)
        if scope.get("too_many_uploads"):
            return await sync_to_async(errors.too_many_uploads)(request)
        if scope.get("unreadable_content_type"):
            return await sync_to_async(errors.unreadable_content_type)(request)
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
