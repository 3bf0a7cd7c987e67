"""Django's messages: what a page says about the request before it."""

from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest

from chatsite.middleware.base import InEventLoop


class Messages(InEventLoop, MessageMiddleware):
    """Messages are stored, in a cookie or in the session, where some were added or shown."""

    def may_wait(self, request: HttpRequest) -> bool:
        messages = get_messages(request)
        return isinstance(messages, BaseStorage) and (messages.added_new or messages.used)
