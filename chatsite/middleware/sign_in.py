"""Every view asks for a signed-in person unless it is marked `login_not_required`."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from chatsite import errors
from chatsite.http import asked_by_script


class SignInRequired(LoginRequiredMiddleware):
    """A page is sent to the sign-in form; a script's request gets 401, since it could not show one.

    So does a question from a plain form: a redirect would lose what was typed.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        if self.async_mode:
            self.process_view = self._look_in_place  # type: ignore[method-assign, assignment]

    async def _look_in_place(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        # Who it is needs the database, and so a thread; a view for everybody does not ask.
        if not getattr(view_func, "login_required", True):
            return None
        check = sync_to_async(super().process_view, thread_sensitive=True)
        return await check(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:  # type: ignore[override]
        if asked_by_script(request) or (request.method == "POST" and "text" in request.POST):
            return errors.session_ended(request)
        return super().handle_no_permission(request, view_func)
