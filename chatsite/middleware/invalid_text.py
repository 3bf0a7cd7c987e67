"""Rejects bytes that are not text before any view reads them."""

from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from chatsite import errors


class RejectInvalidText(MiddlewareMixin):
    """400 for a form that is not UTF-8, and for a NUL in a form or a cookie.

    Django would replace each byte that it cannot decode by U+FFFD and store the result. PostgreSQL does not accept
    NUL: even in a session cookie it would make the response a 500.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if any("\0" in value for value in request.COOKIES.values()):
            return errors.render_error(request, 400, _("A cookie holds a character that is not allowed."))
        # The API reads its body as JSON, whatever its type says: curl labels everything it sends as a form.
        is_form = request.content_type == "application/x-www-form-urlencoded"
        if not is_form or request.path.startswith("/api/"):
            return None
        try:
            text = unquote_to_bytes(request.body).decode()
        except UnicodeDecodeError:
            return errors.render_error(request, 400, _("The form holds text that is not UTF-8."))
        if "\0" in text:
            return errors.render_error(request, 400, _("The form holds a character that is not allowed."))
        return None
