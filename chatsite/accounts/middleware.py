"""Every view asks for a signed-in person unless it is marked `login_not_required`."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse

from chatsite import errors
from chatsite.http import asked_by_script


class SignInRequired(LoginRequiredMiddleware):
    """A page is sent to the sign-in form; a script's request gets 401, since it could not show one.

    So does a question from a plain form: a redirect would lose what was typed.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:  # type: ignore[override]
        if asked_by_script(request) or (request.method == "POST" and "text" in request.POST):
            return errors.session_ended(request)
        return super().handle_no_permission(request, view_func)
