"""Finds replies whose process is gone and marks them interrupted; their last checkpoint is what is left."""

import logging

from django.db import transaction

from conversations.models import Message
from conversations.models.message import recover_stale
from conversations.replies.calls import settle_lost

logger = logging.getLogger(__name__)


def recover(runner: str) -> int:
    """Recover every stale reply that is not this process's own; returns how many there were.

    A reply that another process recovers at this moment is skipped, not waited for.
    """
    with transaction.atomic():
        stale = Message.objects.stale().exclude(runner=runner).select_for_update(skip_locked=True)
        found = recover_stale(Message.objects.filter(pk__in=list(stale.values_list("pk", flat=True))))
    # One row at a time: transactions that take many in one go could wait for each other.
    settle_lost()
    if found:
        logger.warning("%d replies were interrupted when their server went away.", found)
    return found
