"""E-mail of the site: each message has a subject, a plain text and the same content as HTML."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string


def build_email(
    name: str, to: Iterable[str], context: dict[str, Any], request: HttpRequest | None = None
) -> EmailMultiAlternatives:
    """An unsent message from the templates `<name>_subject.txt`, `<name>_message.txt` and `<name>_message.html`.

    The HTML extends `mail/base.html`, which shows the team's name: without a request, `context` must hold `team`.
    """
    subject = render_to_string(f"{name}_subject.txt", context, request)
    text = render_to_string(f"{name}_message.txt", context, request)
    html = render_to_string(f"{name}_message.html", context, request)
    # A name may contain line breaks; in a subject they would start another header.
    message = EmailMultiAlternatives(" ".join(subject.split()), f"{text.strip()}\n", None, list(to))
    message.attach_alternative(html, "text/html")
    return message


def is_delivered() -> bool:
    """Whether e-mail leaves this machine, and is not only printed or dropped."""
    return not settings.EMAIL_BACKEND.endswith((".console.EmailBackend", ".dummy.EmailBackend"))
