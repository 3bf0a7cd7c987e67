"""Django's `request.session`."""

from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest

from chatsite.middleware.base import InEventLoop


class Sessions(InEventLoop, SessionMiddleware):
    """A session is read where it is used, and stored only if it was changed."""

    def may_wait(self, request: HttpRequest) -> bool:
        return request.session.modified
