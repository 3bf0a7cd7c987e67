"""What a request is once somebody is signed in."""

from django.http import HttpRequest

from chatsite.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that has passed `SignInRequired`: `user` is a person, never anonymous."""

    user: User
