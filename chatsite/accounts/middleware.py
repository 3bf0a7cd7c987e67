"""Every view asks for a signed-in person unless it is marked `login_not_required`."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from chatsite.http import asked_by_script


class SignInRequired(LoginRequiredMiddleware):
    """A page is sent to the sign-in form; a script's request gets 401, since it could not show one."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:  # type: ignore[override]
        if asked_by_script(request):
            return JsonResponse({"error": _("Your session has ended. Sign in again.")}, status=401)
        return super().handle_no_permission(request, view_func)
