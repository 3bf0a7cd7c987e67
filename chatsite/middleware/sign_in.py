"""Every view requires a signed-in person unless it is marked `login_not_required`."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from chatsite import errors
from chatsite.http import is_from_script
from chatsite.server.outages import is_outage


class SignInRequired(LoginRequiredMiddleware):
    """Redirects a page to the sign-in form. A script gets 401, since it could not show that form.

    A question from a plain form gets 401 as well: a redirect would lose its text.
    """

    async def process_view(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Uses a thread only for a view that requires a person, because reading one uses the database."""
        if not getattr(view_func, "login_required", True):
            return None
        return await sync_to_async(self._require_person)(request, view_func, view_args, view_kwargs)

    def _require_person(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """This is where the person is read, so where most requests fail while the database is unavailable."""
        try:
            return super().process_view(request, view_func, view_args, view_kwargs)
        except Error as error:
            if not is_outage(error):
                raise
            return errors.database_unavailable(request, error)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:  # type: ignore[override]
        if is_from_script(request) or (request.method == "POST" and "text" in request.POST):
            return errors.session_ended(request)
        return super().handle_no_permission(request, view_func)
