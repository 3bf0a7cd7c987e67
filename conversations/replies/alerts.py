"""Mails to staff: Claude is unavailable (a bad key, no credit left), or most of the month's limit is spent."""

import logging
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from chatsite.accounts.models import User
from chatsite.mail import build_email
from conversations.models import MonthlySpending, TeamSettings
from conversations.models.budget import WARNING_PERCENT

logger = logging.getLogger(__name__)

#: At most one mail in this many seconds, counted for all processes together.
PAUSE = 600
MAIL_FAILED = "mail-to-staff-failed"


def report_unavailable(detail: str, request_id: str) -> None:
    """Log why Claude cannot be used and mail all active staff. A mail server that fails is logged, never raised."""
    logger.error("Claude is unavailable: %s (request %s)", detail, request_id or "none")
    try:
        if cache.add("claude-is-unavailable", True, PAUSE):
            mail_staff("mail/claude_unavailable", detail=detail, request_id=request_id or "–")
    except Exception:
        logger.exception("The mail to staff could not be sent.")


def warn_about_budget(month: date, limit: Decimal) -> None:
    """Mail all active staff once for each limit and month, when most of the limit is spent."""
    try:
        if not cache.get(MAIL_FAILED) and MonthlySpending.claim_warning(month, limit):
            logger.warning("%d %% of the monthly limit of $%s are spent.", WARNING_PERCENT, limit)
            try:
                mail_staff("mail/budget_nearly_spent", percent=WARNING_PERCENT, limit=limit)
            except Exception:
                # The next reply that ends after the pause tries again.
                MonthlySpending.forget_warning(month, limit)
                cache.set(MAIL_FAILED, True, PAUSE)
                raise
    except Exception:
        logger.exception("The mail to staff could not be sent.")


def mail_staff(name: str, **facts: Any) -> None:
    """Mail all active staff, each in their own language."""
    staff = User.objects.filter(is_staff=True, is_active=True)
    for language in sorted({user.language for user in staff}):
        with translation.override(language or settings.LANGUAGE_CODE):
            readers = [user.email for user in staff if user.language == language]
            build_email(name, readers, {"team": TeamSettings.current(), **facts}).send()
