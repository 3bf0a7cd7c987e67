"""Finds replies and calls whose process is gone: marks replies interrupted, settles calls from what was stored."""

import logging
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import transaction

from conversations.claude import counts
from conversations.claude.models import get_model
from conversations.models import Message, MonthlySpending, Reservation, Usage
from conversations.models.months import month_of
from conversations.models.usage import lost_calls
from conversations.replies.call import finalize_usage

logger = logging.getLogger(__name__)


def recover(running: Collection[UUID]) -> int:
    """Recover every stale reply but those that this process is writing; returns how many there were.

    A reply that another process recovers at this moment is skipped, not waited for.
    """
    with transaction.atomic():
        stale = Message.objects.stale().exclude(pk__in=running).select_for_update(skip_locked=True)
        found = list(stale.values_list("pk", flat=True))
        if found:
            Message.objects.filter(pk__in=found).interrupt_stale()
    settle_lost_calls()
    if found:
        logger.warning("Marked %d replies as interrupted: no heartbeat from their process.", len(found))
    return len(found)


def settle_lost_calls() -> None:
    """Complete the usage of calls whose process is gone, from the last checkpoint, and release their reservations.

    One row at a time: transactions that lock several rows could wait for each other.
    """
    for pk in Usage.objects.filter(lost_calls(), state=Usage.State.OPEN).values_list("pk", flat=True):
        with transaction.atomic():
            # Another process may be settling it.
            rows = Usage.objects.select_for_update(of=("self",), skip_locked=True).select_related("message")
            if usage := rows.filter(pk=pk, state=Usage.State.OPEN).first():
                settle_lost_call(usage)
    Reservation.settle_lost()


def settle_lost_call(usage: Usage) -> None:
    is_reply = usage.message is not None and usage.purpose == Usage.Purpose.REPLY
    characters = len(usage.message.text) if usage.message is not None and is_reply else 0
    max_output = min(settings.CHAT_MAX_TOKENS, get_model(usage.model).max_output)
    usage.tokens = counts.estimate(usage.tokens, prompt=0, characters=characters, max_output=max_output)
    usage.estimated = True
    finalize_usage(usage, is_complete=False)
    usage.save()
    MonthlySpending.record(month_of(usage.created), cost=usage.cost or 0)
