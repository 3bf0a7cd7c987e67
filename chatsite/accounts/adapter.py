"""How django-allauth behaves here: nobody signs up, people are added by staff."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest

from chatsite.accounts.invitations.links import lifetime
from chatsite.mail import build_email

logger = logging.getLogger(__name__)


class TeamAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many wrong passwords are answered with 429, where allauth shows its form again with 200."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(respond_429(request)) from None

    def add_message(self, request: HttpRequest, level: int, *args: Any, **details: Any) -> None:
        """Say that a password was changed; after signing in or out, the page that comes says enough itself."""
        if request.resolver_match and request.resolver_match.url_name == "account_change_password":
            super().add_message(request, level, *args, **details)

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMultiAlternatives:
        """As all mail of the site: with the team's name in the subject, as text and as HTML."""
        to = [email] if isinstance(email, str) else email
        return build_email(template_prefix, to, {**context, "lifetime": lifetime()}, context.get("request"))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that refuses is for staff to know; a person who asks learns nothing about who is known."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            # SMTPException is one. Its text may hold the address, which does not belong in logs.
            logger.error("A link to set a password could not be mailed: %s", type(error).__name__)
