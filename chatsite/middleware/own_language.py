"""The language that a person has chosen."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language, get_language_from_request

from chatsite.languages import activate_language
from chatsite.middleware.base import AsyncMiddleware


class OwnLanguage(AsyncMiddleware):
    """Activates the choice of the person whom SignInRequired has just read, so without a query.

    A cookie repeats it for pages on which nobody is signed in, and for errors before the person is known.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        expected = get_language_from_request(request)
        response = await self.get_response(request)
        if (active := get_language()) and active != expected:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                active,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.COOKIES_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    async def process_view(self, request: HttpRequest, view: Any, *arguments: Any, **options: Any) -> None:
        # SignInRequired has read nobody for these.
        if getattr(view, "login_required", True):
            activate_language(request)
