"""The language of a request before it is known whose it is, and the headers that tell it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from chatsite.middleware.base import AsyncMiddleware


class BrowserLanguage(AsyncMiddleware):
    """The language of the cookie, else the best one that the browser accepts, else the site's.

    Active until the response is sent, so also in the frames of a stream. OwnLanguage keeps the cookie.
    """

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        translation.activate(translation.get_language_from_request(request))
        response = await self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response
