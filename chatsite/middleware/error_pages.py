"""Error pages for responses that would otherwise be empty."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from chatsite import errors
from chatsite.server.outages import is_outage


class AddErrorPages(MiddlewareMixin):
    """A page for 405, whose response Django leaves empty, for requests whose body BodyLimit has cut off, and for those
    that fail because the database is unavailable.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        scope = getattr(request, "scope", {})
        return errors.content_too_large(request) if scope.get("too_large") else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.database_unavailable(request, exception) if is_outage(exception) else None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
            return errors.method_not_allowed(request, allowed=response.headers.get("Allow", ""))
        return response
