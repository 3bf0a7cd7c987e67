"""Inviting a person: a one-time link to set a first password, the same kind a forgotten password gets."""

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from chatsite.accounts.models import User
from chatsite.mail import build_email

HOUR = 60 * 60
DAY = 24 * HOUR


def invitation_link(request: HttpRequest, user: User) -> str:
    """The absolute address where this person sets a password and is signed in; it works once."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=key))


def lifetime() -> str:
    """How long links to set a password are valid, in words."""
    seconds = settings.PASSWORD_RESET_TIMEOUT
    if seconds >= DAY:
        return ngettext("%d day", "%d days", seconds // DAY) % (seconds // DAY)
    hours = max(seconds // HOUR, 1)
    return ngettext("%d hour", "%d hours", hours) % hours


def send_invitation(request: HttpRequest, user: User) -> None:
    """Mail the link to its person."""
    link = invitation_link(request, user)
    context = {"user": user, "invited_by": request.user, "link": link, "lifetime": lifetime()}
    build_email("account/email/invitation", [user.email], context, request).send()
