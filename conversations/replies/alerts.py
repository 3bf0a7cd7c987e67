"""Tells staff by mail that Claude cannot be used (a bad key, no credit left), or soon no more."""

import logging
from datetime import date
from typing import Any

from django.core.cache import cache

from chatsite.accounts.models import User
from chatsite.mail import build_email
from conversations.models import MonthlySpending, TeamSettings
from conversations.models.budget import WARNED_AT

logger = logging.getLogger(__name__)

#: At most one mail in this many seconds, counted for all processes together.
PAUSE = 600
MAIL_FAILED = "mail-to-staff-failed"


def claude_is_unavailable(detail: str, request_id: str) -> None:
    """Mail all active staff; a mail server that is away must not cost anybody their reply."""
    logger.error("Claude is not available: %s (request %s)", detail, request_id or "none")
    try:
        if cache.add("claude-is-unavailable", True, PAUSE):
            _tell_staff("mail/claude_unavailable", detail=detail, request_id=request_id or "–")
    except Exception:
        logger.exception("The mail to staff could not be sent.")


def budget_is_nearly_spent(month: date) -> None:
    """Mail all active staff once for each limit and month, when most of the limit is spent."""
    try:
        limit = TeamSettings.current_limit()
        if limit is not None and not cache.get(MAIL_FAILED) and MonthlySpending.warn(month, limit):
            logger.warning("%d %% of the monthly limit of $%s are spent.", WARNED_AT, limit)
            try:
                _tell_staff("mail/budget_nearly_spent", percent=WARNED_AT, limit=limit)
            except Exception:
                # With a reply that ends after the pause it is tried again.
                MonthlySpending.forget_warning(month, limit)
                cache.set(MAIL_FAILED, True, PAUSE)
                raise
    except Exception:
        logger.exception("The mail to staff could not be sent.")


def _tell_staff(name: str, **facts: Any) -> None:
    staff = User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True)
    build_email(name, staff, {"team": TeamSettings.current(), **facts}).send()
