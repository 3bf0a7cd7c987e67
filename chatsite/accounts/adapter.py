"""Adapts django-allauth to this site: there is no sign-up, staff add people."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.invitations.links import format_link_lifetime
from chatsite.accounts.models import User
from chatsite.languages import in_language_of
from chatsite.mail import build_email

logger = logging.getLogger(__name__)


class TeamAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not correct."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Respond with 429 to too many wrong passwords; allauth would show its form again with 200."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(ratelimit.respond_429(request)) from None

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by account and IP address: by account alone, anybody could lock its owner out.

        allauth has no public way to choose the key; tests/accounts/test_signing_in.py fails if this is renamed.
        """
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{get_ip(request)}"

    def add_message(self, request: HttpRequest, level: int, *args: Any, **details: Any) -> None:
        """Show only that a password was changed; after signing in or out, the next page makes it obvious."""
        if request.resolver_match and request.resolver_match.url_name == "account_change_password":
            super().add_message(request, level, *args, **details)

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMultiAlternatives:
        """Build the message like all e-mail of the site: with the team's name, as text and as HTML."""
        recipients = [email] if isinstance(email, str) else email
        with in_language_of(context["user"]):
            context = {**context, "lifetime": format_link_lifetime()}
            return build_email(template_prefix, recipients, context, context.get("request"))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the link to the stored address. The one that was typed may look the same and be another.

        Nothing is sent beyond the limit, and the page is the same: the links sent before still work.
        """
        if ratelimit.consume(context["request"], action="reset_password_mail", key=user.email):
            super().send_password_reset_mail(user, user.email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Log a failure of the mail server; an error page would reveal which addresses have an account."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            # Includes SMTPException. Its text may contain the address, which must not be logged.
            logger.error("The e-mail with a link to set a password could not be sent: %s", type(error).__name__)
