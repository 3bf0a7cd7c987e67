"""Inviting a person: a one-time link to set a first password, the same kind a forgotten password gets."""

from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from chatsite.accounts.models import User


def invitation_link(request: HttpRequest, user: User) -> str:
    """The absolute address where this person sets a password and is signed in; it works once."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=key))


def send_invitation(request: HttpRequest, user: User) -> None:
    """Mail the link to its person."""
    context = {"user": user, "invited_by": request.user, "link": invitation_link(request, user)}
    subject, body = (
        render_to_string(f"account/email/invitation_{part}.txt", context, request).strip()
        for part in ("subject", "message")
    )
    user.email_user(subject, body)
