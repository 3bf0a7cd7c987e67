"""Django's messages framework: notices for the next page."""

from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest

from chatsite.middleware.base import InEventLoop


class Messages(InEventLoop, MessageMiddleware):
    """MessageMiddleware stores messages, in a cookie or in the session, only after some were added or shown."""

    def may_wait(self, request: HttpRequest) -> bool:
        messages = get_messages(request)
        return isinstance(messages, BaseStorage) and (messages.added_new or messages.used)
