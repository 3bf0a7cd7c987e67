"""The one door that every reply leaves by: its text, blocks, state and usage are stored together."""

from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conversations import markdown
from conversations.claude import errors
from conversations.claude.errors import Failed
from conversations.models import Message, Reservation
from conversations.presentation import turns, wording
from conversations.replies.broadcast import End
from conversations.replies.calls import Call, settle


@dataclass(slots=True)
class Result:
    """All there is to store of a reply that is over."""

    state: str
    ending: str
    text: str
    blocks: list[dict[str, Any]]
    thoughts: str
    stop_reason: str
    failure: Failed | None
    reservation: Reservation
    calls: list[Call] = field(default_factory=list)
    bare: bool = False

    def make_bare(self) -> None:
        """Leave out all but the text, for the case that something about the rest cannot be stored."""
        self.blocks, self.calls, self.bare = [], [], True

    @property
    def error_code(self) -> str:
        return self.failure.code if self.failure else ""

    @property
    def request_id(self) -> str:
        if self.failure and self.failure.request_id:
            return self.failure.request_id
        return self.calls[-1].usage.request_id if self.calls else ""


def store(answer: Message, result: Result, *, shown: bool) -> tuple[End, str]:
    """Store a result; returns what its readers are told and the rendered text. Raises what the database raises.

    `shown`: in a page, whose last frame holds the finished turn; other readers are told from the result.
    """
    prose = "" if result.bare else markdown.render(result.text)
    content: dict[str, Any] = {
        "state": result.state,
        "ending": result.ending,
        "text": result.text,
        "blocks": _blocks(result),
        "html": prose,
        "html_version": 0 if result.bare else markdown.VERSION,
        "stop_reason": result.stop_reason,
        "error_code": result.error_code,
        "error_detail": result.failure.detail if result.failure else "",
        "request_id": result.request_id,
    }
    with transaction.atomic():
        decided = answer.finish(**content)
        cost = settle(result.calls, len(result.text) + len(result.thoughts), again=not decided, kept=decided)
        result.reservation.settle(cost)
    if decided:
        return end_of(_ended(answer, content)) if shown else told(result), prose
    stored = Message.objects.select_related("conversation__owner").filter(pk=answer.pk).first()
    return end_of(stored) if stored else told(result), prose


def _ended(answer: Message, content: dict[str, Any]) -> Message:
    """The answer as it has just been stored. A copy: the request that asked may be showing it at this moment."""
    ended = copy(answer)
    for name, value in {**content, "finished": timezone.now()}.items():
        setattr(ended, name, value)
    return ended


def of_row(pk: UUID) -> tuple[End, str]:
    """What readers are told of a reply that is over, read anew from its row, and its rendered text."""
    message = Message.objects.select_related("conversation__owner").filter(pk=pk).first()
    return (end_of(message), turns.prose(message)) if message else (gone(), "")


def gone() -> End:
    """What readers are told of a reply whose row is gone."""
    return End(
        state=Message.State.STOPPED,
        ending=Message.Ending.DELETED,
        error=wording.plain_error(ending="deleted"),
    )


def told(result: Result) -> End:
    """What readers are told of a reply without a look at its row: not in a page, or because it could not be stored."""
    return End(
        state=result.state,
        ending=result.ending,
        code=result.error_code,
        stop_reason=result.stop_reason,
        error=wording.plain_error(ending=result.ending, error_code=result.error_code),
        retryable=_is_retryable(result.ending, result.error_code),
        request_id=result.request_id,
    )


def _blocks(result: Result) -> list[dict[str, Any]]:
    """The blocks, and thoughts that were cut before their block was whole (shown, but never replayed)."""
    if result.thoughts and not any(block.get("type") == "thinking" for block in result.blocks):
        return [{"type": "thinking", "thinking": result.thoughts, "signature": ""}, *result.blocks]
    return result.blocks


def end_of(message: Message) -> End:
    """What readers are told of a reply that is over, from its row."""
    turn = turns.alone(message)
    return End(
        state=message.state,
        ending=message.ending,
        code=message.error_code,
        stop_reason=message.stop_reason,
        usage=turn.usage,
        html=turns.render(turn),
        error=wording.plain_error(ending=message.ending, error_code=message.error_code),
        retryable=_is_retryable(message.ending, message.error_code),
        request_id=message.request_id,
    )


def _is_retryable(ending: str, code: str) -> bool:
    return code in errors.RETRYABLE or ending in {"shutdown", "lost"}
