"""Django's `request.user`."""

from django.contrib.auth.middleware import AuthenticationMiddleware

from chatsite.middleware.base import InEventLoop


class Authentication(InEventLoop, AuthenticationMiddleware):
    """The person is read from the database only where `request.user` is used."""
