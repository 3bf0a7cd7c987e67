"""Refuses what is not text, before anything reads it."""

from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from chatsite import errors

#: Bytes that are looked through where the request is, for less than it costs to change the thread.
LONG_FORM = 4_000


class OnlyText(MiddlewareMixin):
    """400 for a form that is not UTF-8, and for a NUL in a form or a cookie.

    Django would put U+FFFD in the place of each byte it cannot read, and store that. PostgreSQL takes no NUL,
    so that even a session cookie with one would be a fault of ours.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        problem = _problem(request)
        return errors.answer(request, 400, problem) if problem else None

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        # A page is made in a thread, and a long form read in one: to look through four megabytes takes a second.
        if (_is_form(request) and len(request.body) > LONG_FORM) or _problem(request):
            return await super().__acall__(request)
        response: HttpResponseBase = await self.get_response(request)  # type: ignore[misc]
        return response


def _problem(request: HttpRequest) -> str:
    if any("\0" in value for value in request.COOKIES.values()):
        return _("A cookie holds a character that is not allowed.")
    return _problem_of_form(request.body) if _is_form(request) else ""


def _is_form(request: HttpRequest) -> bool:
    # The API reads JSON whatever it is called: curl calls all it sends a form.
    return request.content_type == "application/x-www-form-urlencoded" and not request.path.startswith("/api/")


def _problem_of_form(form: bytes) -> str:
    try:
        text = unquote_to_bytes(form).decode()
    except UnicodeDecodeError:
        return _("The form holds text that is not UTF-8.")
    return _("The form holds a character that is not allowed.") if "\0" in text else ""
