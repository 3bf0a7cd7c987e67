"""Decisions of people about calls of tools. With the last one, the answer that has waited for them goes on."""

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from conversations.markdown import Opening
from conversations.models import Message, Refused, TeamSettings, ToolCall
from conversations.models.asking import find_open_answers, lock_owner, refuse_if_too_many_running
from conversations.presentation.continuing import find_continued_opening
from conversations.replies.call import ReservedCall
from conversations.replies.start import prepare_request
from conversations.tools import calls

logger = logging.getLogger(__name__)

State = ToolCall.State


class AlreadyDecided(Refused):
    """Somebody has decided about this call before, or it was stopped."""


class Choice(StrEnum):
    """What a person can decide about a call. `always`: further calls of the tool in this conversation too."""

    APPROVE = "approve"
    ALWAYS = "always"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Decision:
    """`note`: what Claude is told about a call that is denied."""

    choice: Choice
    note: str = ""


@dataclass(frozen=True, slots=True)
class ResumedAnswer:
    """An answer that has waited and is being written again, with the calls of its last step."""

    answer: Message
    call: ReservedCall
    step: calls.Step
    opening: Opening | None = None


def store_decision(pk: UUID, decision: Decision, runner: str) -> ResumedAnswer | None:
    """Store what the owner of a conversation decides; returns what goes on now, None while other calls are undecided.

    Raises Refused, and AlreadyDecided.
    """
    with transaction.atomic():
        call = ToolCall.objects.select_related("message__conversation__owner").get(pk=pk)
        if call.message is None or call.conversation is None:
            raise AlreadyDecided
        lock_owner(call.conversation.owner_id)
        decide(call, decision)
        call.decided_by_id = call.conversation.owner_id
        if not store(call, decision):
            raise AlreadyDecided
        if call.message.tool_calls.undecided().exists():
            return None
        refuse_if_too_many_running(find_open_answers(call.conversation.owner_id))
        resumed = resume(call.message, runner)
    return add_opening(resumed)


def decide(call: ToolCall, decision: Decision) -> None:
    call.state = State.APPROVED
    call.is_always = decision.choice == Choice.ALWAYS
    if decision.choice == Choice.DENY:
        calls.deny(call, decision.note)


def store(call: ToolCall, decision: Decision) -> bool:
    """False where the call is decided, or its answer waits no more."""
    waiting = Message.objects.filter(state=Message.State.WAITING)
    return bool(
        ToolCall.objects.undecided()
        .filter(pk=call.pk, message__in=waiting)
        .update(
            state=call.state,
            result=call.result,
            note=call.note,
            is_always=call.is_always,
            decided_by=call.decided_by_id,
            decided=Now(),
        )
    )


def resume(answer: Message, runner: str) -> ResumedAnswer:
    """Continue an answer in this process. Raises AlreadyDecided where it does not wait any more."""
    if not answer.resume(runner):
        raise AlreadyDecided
    answer.refresh_from_db(fields=["state", "runner", "heartbeat", "content", "text"])
    limit = TeamSettings.current().monthly_limit
    call = ReservedCall(prepare_request(answer), None, limit)
    return ResumedAnswer(answer, call, calls.read_last_step(answer))


def add_opening(resumed: ResumedAnswer) -> ResumedAnswer:
    """Add what was open in the answer that is continued. After the transaction: this parses whole answers."""
    return replace(resumed, opening=find_continued_opening(resumed.answer))


def resume_expired(runner: str) -> list[ResumedAnswer]:
    """Deny the calls that nobody has decided about for too long; returns the answers that go on now."""
    expired = ToolCall.objects.expired().filter(message__state=Message.State.WAITING)
    resumed = []
    for pk in expired.order_by().values_list("message", flat=True).distinct():
        try:
            resumed.append(deny_expired(pk, runner))
        except AlreadyDecided:
            continue
        except Exception:
            # The others go on.
            logger.exception("The expired calls of answer %s cannot be denied.", pk)
    return resumed


def deny_expired(pk: UUID | None, runner: str) -> ResumedAnswer:
    with transaction.atomic():
        answer = Message.objects.select_related("conversation__owner").get(pk__in=[pk])
        lock_owner(answer.conversation.owner_id)
        for call in answer.tool_calls.undecided():
            call.end(State.DENIED, calls.EXPIRED)
            call.save(update_fields=["state", "result"])
        resumed = resume(answer, runner)
    return add_opening(resumed)
