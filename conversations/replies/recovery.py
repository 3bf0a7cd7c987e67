"""Finds replies and calls whose process is gone: marks replies interrupted, settles calls from what was stored."""

import logging
import time
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction

from conversations.claude import counts, prompt
from conversations.claude.models import get_model
from conversations.models import Message, MonthlySpending, Reservation, ToolCall, Usage
from conversations.models.content import extract_text, split_at_tools
from conversations.models.months import month_of
from conversations.models.usage import lost_calls
from conversations.replies.call import finalize_usage
from conversations.replies.start import build_request
from conversations.replies.summaries import plan_summary
from conversations.replies.titles import build_title_request

logger = logging.getLogger(__name__)

#: Seconds that recovery waits for a lock at most, much less than a heartbeat may be old.
MAX_LOCK_SECONDS = 1


def recover(running: Collection[UUID]) -> int:
    """Recover every stale reply but those that this process is writing; returns how many there were.

    A reply that another process recovers at this moment is skipped, not waited for. Raises OperationalError when
    it had to wait for a lock: others could write no heartbeat meanwhile, and living writers look stale.
    """
    began = time.monotonic()
    with transaction.atomic():
        stale = Message.objects.stale().exclude(pk__in=running).select_for_update(skip_locked=True)
        found = list(stale.values_list("pk", flat=True))
        if found:
            Message.objects.filter(pk__in=found).interrupt_stale()
        if (seconds := time.monotonic() - began) > MAX_LOCK_SECONDS:
            raise OperationalError(f"the database was locked for {seconds:.1f} s")
    settle_lost_calls()
    conclude_tool_calls()
    if found:
        logger.warning("Marked as interrupted, without a heartbeat from their process: %d.", len(found))
    return len(found)


def conclude_tool_calls() -> None:
    """End the calls of tools of answers that are over: they were stopped while they waited for a decision."""
    over = ToolCall.objects.open().exclude(message__state__in=Message.OPEN_STATES)
    for pk in over.order_by().values_list("message", flat=True).distinct():
        with transaction.atomic():
            answer = Message.objects.select_for_update(of=("self",)).filter(pk=pk).first()
            if answer is None:
                ToolCall.objects.filter(message=pk).end_open()
            elif not answer.is_open:
                answer.content = ToolCall.objects.conclude(answer.pk, answer.content)
                answer.save(update_fields=["content"])


def settle_lost_calls() -> None:
    """Complete the usage of calls whose process is gone, from the last checkpoint, and release their reservations.

    One row at a time: transactions that lock several rows could wait for each other.
    """
    for pk in Usage.objects.filter(lost_calls(), state=Usage.State.OPEN).values_list("pk", flat=True):
        _settle_row(settle_lost_usage, pk)
    for number in Reservation.objects.filter(lost_calls()).values_list("pk", flat=True):
        _settle_row(settle_lost_reservation, number)


def _settle_row(settle: Callable[[Any], None], pk: Any) -> None:
    """One that fails is logged, and does not keep the others from being settled."""
    try:
        with transaction.atomic():
            settle(pk)
    except OperationalError:
        # The database is unavailable for all of them.
        raise
    except Exception:
        logger.exception("The lost call %s cannot be settled.", pk)


def settle_lost_usage(pk: UUID) -> None:
    # Another process may be settling it.
    rows = Usage.objects.select_for_update(of=("self",), skip_locked=True).select_related("message")
    if usage := rows.filter(pk=pk, state=Usage.State.OPEN).first():
        settle_lost_call(usage)


def settle_lost_reservation(pk: int) -> None:
    rows = Reservation.objects.select_for_update(of=("self",), skip_locked=True)
    if reservation := rows.select_related("message__conversation").filter(pk=pk).first():
        reservation.settle(record_unanswered_call(reservation))


def settle_lost_call(usage: Usage) -> None:
    is_reply = usage.purpose == Usage.Purpose.REPLY
    # After the last tools: what stands before them was written by earlier calls, which are settled.
    written = split_at_tools(usage.message.content)[-1][0] if usage.message is not None and is_reply else []
    characters = len(extract_text(written))
    max_output = min(settings.CHAT_MAX_TOKENS, get_model(usage.model).max_output)
    usage.tokens = counts.estimate(usage.tokens, prompt=0, characters=characters, max_output=max_output)
    usage.estimated = True
    finalize_usage(usage, is_complete=False)
    usage.save()
    MonthlySpending.record(month_of(usage.created), cost=usage.cost or 0)


def record_unanswered_call(reservation: Reservation) -> int:
    """Store the usage of a lost call that has none, because Claude had not begun to answer; returns its cost.

    Claude may have read the prompt by then: its tokens are estimated.
    """
    answer, purpose = reservation.message, reservation.purpose
    if answer is None or answer.usage.filter(purpose=purpose, created__gte=reservation.created).exists():
        return 0
    if purpose == Usage.Purpose.TITLE and answer.parent is not None:
        request = build_title_request(answer.parent.text)
    elif purpose == Usage.Purpose.SUMMARY and (plan := plan_summary(answer)):
        request = plan.request
    else:
        request = build_request(answer)
    usage = Usage(
        user_id=answer.conversation.owner_id,
        conversation_id=answer.conversation_id,
        message=answer,
        purpose=purpose,
        model=request.model,
        estimated=True,
    )
    usage.input_tokens = prompt.estimate_prompt_tokens(
        request.messages, request.system, request.model, request.extra_tokens
    )
    finalize_usage(usage, is_complete=False)
    usage.save()
    return usage.cost or 0
