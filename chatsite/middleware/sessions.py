"""Django's `request.session`."""

from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest

from chatsite.middleware.base import InEventLoop


class Sessions(InEventLoop, SessionMiddleware):
    """The session is read where a view first uses it. SessionMiddleware stores it only if it was modified, because
    SESSION_SAVE_EVERY_REQUEST is off.
    """

    def may_wait(self, request: HttpRequest) -> bool:
        return request.session.modified
