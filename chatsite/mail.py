"""Mail in the site's own hand: each letter is a subject, a text and the same as HTML."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string


def letter(
    name: str, to: Iterable[str], context: dict[str, Any], request: HttpRequest | None = None
) -> EmailMultiAlternatives:
    """A letter from the templates `<name>_subject.txt`, `<name>_message.txt` and `<name>_message.html`, not yet sent.

    The HTML extends `mail/base.html`, which names the team: without a request the context has to hold `team`.
    """
    subject, text, html = (
        render_to_string(f"{name}_{part}", context, request) for part in ("subject.txt", "message.txt", "message.html")
    )
    # A name may hold line breaks; in a subject they would begin another header.
    message = EmailMultiAlternatives(" ".join(subject.split()), f"{text.strip()}\n", None, list(to))
    message.attach_alternative(html, "text/html")
    return message


def goes_out() -> bool:
    """Whether mail leaves this machine, or is only printed or dropped."""
    return not settings.EMAIL_BACKEND.endswith((".console.EmailBackend", ".dummy.EmailBackend"))
