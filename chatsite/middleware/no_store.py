"""Keeps responses out of caches."""

from django.http import HttpRequest, HttpResponseBase

from chatsite.middleware.base import AsyncMiddleware


class NoStore(AsyncMiddleware):
    """Responses are for one person: no cache may store them, unless a view sets another policy."""

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
