"""Tells staff by mail that Claude cannot be used: a bad key, or no credit left."""

import logging

from django.core.cache import cache

from chatsite.accounts.models import User
from chatsite.mail import letter
from conversations.models import TeamSettings

logger = logging.getLogger(__name__)

#: At most one mail in this many seconds, counted for all processes together.
PAUSE = 600


def claude_is_unavailable(detail: str, request_id: str) -> None:
    """Mail all active staff; a mail server that is away must not cost anybody their reply."""
    logger.error("Claude is not available: %s (request %s)", detail, request_id or "none")
    try:
        if not cache.add("claude-is-unavailable", True, PAUSE):
            return
        staff = User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True)
        context = {"team": TeamSettings.current(), "detail": detail, "request_id": request_id or "–"}
        letter("mail/claude_unavailable", staff, context).send()
    except Exception:
        logger.exception("The mail to staff could not be sent.")
