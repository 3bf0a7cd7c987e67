"""One-time links to set a password, and the e-mail that brings one to its person."""

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext

from chatsite.accounts.models import User
from chatsite.languages import in_language_of
from chatsite.mail import build_email

HOUR = 60 * 60
DAY = 24 * HOUR


def build_invitation_link(request: HttpRequest, user: User) -> str:
    """The absolute URL where this person sets a password and is then signed in; it works once."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=key))


def format_link_lifetime() -> str:
    """How long a link is valid, for example "3 days"."""
    seconds = settings.PASSWORD_RESET_TIMEOUT
    if seconds >= DAY:
        return ngettext("%d day", "%d days", seconds // DAY) % (seconds // DAY)
    hours = max(seconds // HOUR, 1)
    return ngettext("%d hour", "%d hours", hours) % hours


def send_invitation(request: HttpRequest, user: User, link: str) -> None:
    """Send an invitation link to its person by e-mail. Raises OSError if the mail server fails."""
    with in_language_of(user):
        context = {"user": user, "invited_by": request.user, "link": link, "lifetime": format_link_lifetime()}
        build_email("account/email/invitation", [user.email], context, request).send()


def send_new_link(request: HttpRequest, user: User) -> None:
    """Send the owner of an account a link to set another password. Raises OSError if the mail server fails."""
    link = build_invitation_link(request, user)
    with in_language_of(user):
        lifetime = format_link_lifetime()
        context = {"user": user, "sent_by": request.user, "password_reset_url": link, "lifetime": lifetime}
        build_email("account/email/password_reset_key", [user.email], context, request).send()
