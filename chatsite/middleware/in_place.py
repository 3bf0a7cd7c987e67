"""Django's middleware, with the hooks run in the event loop: they wait for nothing.

Django changes threads for each hook of each middleware, seventeen times a request, which cost a third of the CPU
of the shortest one.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.utils.deprecation import MiddlewareMixin

#: They say nothing of the site and build no link, so that a forged name gains nothing.
PROBES = {"/healthz", "/readyz"}


class InPlace(MiddlewareMixin):
    """For middleware whose hooks neither wait nor use the database."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        early = self.process_request(request) if hasattr(self, "process_request") else None
        response: HttpResponseBase = early or await self.get_response(request)  # type: ignore[misc]
        return await self._finish(request, response) if hasattr(self, "process_response") else response

    async def _finish(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        finish: Any = self.process_response  # type: ignore[attr-defined]
        if self.waits(request):
            finish = sync_to_async(finish, thread_sensitive=True)
            return await finish(request, response)  # type: ignore[no-any-return]
        return finish(request, response)  # type: ignore[no-any-return]

    def waits(self, request: HttpRequest) -> bool:
        """Whether what follows the response will use the database."""
        return False


def run_in_place(*classes: type[MiddlewareMixin]) -> None:
    """The same for Django's own, under their own names: `check --deploy` looks for these in the settings."""
    for each in classes:
        for name in ("__acall__", "_finish", "waits"):
            setattr(each, name, getattr(InPlace, name))


class Common(InPlace, CommonMiddleware):
    """Refuses names that are not in ALLOWED_HOSTS; but a probe calls a process by its address, whatever its name is."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path in PROBES else super().process_request(request)


class Authentication(InPlace, AuthenticationMiddleware):
    """Leaves a person who is looked up when somebody asks for them."""


class Sessions(InPlace, SessionMiddleware):
    def waits(self, request: HttpRequest) -> bool:
        return bool(request.session.modified)


class Messages(InPlace, MessageMiddleware):
    def waits(self, request: HttpRequest) -> bool:
        messages = request._messages  # type: ignore[attr-defined]
        return bool(messages.used or messages.added_new)
