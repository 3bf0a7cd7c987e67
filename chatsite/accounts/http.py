"""The type of a request from a signed-in person."""

from django.http import HttpRequest

from chatsite.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that has passed `SignInRequired`: `user` is never anonymous."""

    user: User
