"""Compression of pages. Static files are compressed when they are collected: see chatsite/server/static.py."""

from collections.abc import Awaitable, Callable

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from chatsite.middleware.base import AsyncMiddleware

#: Bytes. What is smaller fits into one packet anyway.
MIN_LENGTH = 1400


class CompressPages(AsyncMiddleware):
    """Pages are compressed as Django's GZipMiddleware does it, with a random length against attacks that guess from it.

    Streams are not: each piece of text must leave at once.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> None:
        super().__init__(get_response)
        self._gzip = GZipMiddleware(get_response)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = await self.get_response(request)
        if isinstance(response, HttpResponse) and len(response.content) >= MIN_LENGTH:
            # A long page takes milliseconds, which the event loop does not have.
            return await sync_to_async(self._gzip.process_response)(request, response)
        return response
