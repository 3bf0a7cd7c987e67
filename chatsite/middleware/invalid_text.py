"""Rejects bytes that are not text before any view reads them."""

from urllib.parse import unquote_to_bytes

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from chatsite import errors
from chatsite.middleware.base import AsyncMiddleware


class RejectInvalidText(AsyncMiddleware):
    """400 for a form that is not UTF-8, and for a NUL in a form or a cookie.

    Django would replace each byte that it cannot decode by U+FFFD and store the result. PostgreSQL does not accept
    NUL: even in a session cookie it would make the response a 500.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        error = ""
        if any("\0" in value for value in request.COOKIES.values()):
            error = _("A cookie holds a character that is not allowed.")
        # The API reads its body as JSON, whatever its type says: curl labels everything it sends as a form.
        elif request.content_type == "application/x-www-form-urlencoded" and not request.path.startswith("/api/"):
            # In a thread: a form of 4 MB takes longer than the event loop may be blocked.
            error = await sync_to_async(find_form_error)(request)
        if error:
            return await sync_to_async(errors.render_error)(request, 400, error)
        return await self.get_response(request)


def find_form_error(request: HttpRequest) -> str:
    """What is wrong with the text of a form; empty if nothing is."""
    try:
        text = unquote_to_bytes(request.body).decode()
    except UnicodeDecodeError:
        return _("The form holds text that is not UTF-8.")
    return _("The form holds a character that is not allowed.") if "\0" in text else ""
