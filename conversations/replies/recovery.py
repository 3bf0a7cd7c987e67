"""Finds replies whose process is gone and marks them interrupted; their last checkpoint is what is left."""

import logging

from django.db import transaction

from chatsite.prepared import Parameter, Select
from conversations.models import Message
from conversations.models.message import recover_stale
from conversations.replies.calls import settle_lost

logger = logging.getLogger(__name__)

_STALE = Select(
    lambda: (
        Message.objects.stale()
        .exclude(runner=Parameter(Message, "runner"))
        .select_for_update(skip_locked=True)
        .values_list("pk")
    )
)


def recover(runner: str) -> int:
    """Recover every stale reply that is not this process's own; returns how many there were.

    A reply that another process recovers at this moment is skipped, not waited for.
    """
    with transaction.atomic():
        stale = [pk for [pk] in _STALE.rows(runner=runner)]
        found = recover_stale(Message.objects.filter(pk__in=stale))
    # One row at a time: transactions that take many in one go could wait for each other.
    settle_lost()
    if found:
        logger.warning("%d replies were interrupted when their server went away.", found)
    return found
