"""A summary of the older turns of a branch: written before a reply that they leave no room for, or when a person asks.

If it fails, there is none: the oldest turns are left out of what is sent, as without it.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from conversations.claude import client, prompt, summary_prompt
from conversations.claude.errors import Failed
from conversations.claude.models import get_model
from conversations.models import Busy, Message, NothingToSummarize, Refused, Summary, Usage
from conversations.models.asking import find_open_answers, refuse_if_busy
from conversations.models.content import Content, text_content
from conversations.replies import storage
from conversations.replies.call import Stopped, UpstreamCall
from conversations.replies.start import fit_request, read_branch

logger = logging.getLogger(__name__)

#: Seconds for the whole call.
MAX_SECONDS = 180
#: Tokens of a summary as text, and further ones for a model whose thinking cannot be disabled.
SUMMARY_TOKENS, THINKING_TOKENS = 4_000, 4_000
#: Before a reply, the newest turns are kept as they are up to this share of the window.
KEPT_SHARE = 0.25
#: What is summarised may be more by our low estimate than what is sent otherwise: hardly anything is to be left out.
READ_SHARE = 1.5
STOP_REASONS = {"end_turn", "compaction"}


@dataclass(frozen=True, slots=True)
class SummaryPlan:
    """A summary to be written: of the branch down to `upto`."""

    upto: UUID
    request: client.Request


def plan_summary(answer: Message, is_refused: bool = False) -> SummaryPlan | None:
    """The summary that makes room for this answer; None where there is nothing to summarise.

    `is_refused`: its model has refused the length of the conversation, and cannot read it for a summary either.
    """
    room = prompt.room_for_turns(answer.model, settings.CHAT_MAX_TOKENS)
    return _plan(answer, answer.parent_id, int(room * KEPT_SHARE), as_text=is_refused)


def plan_summary_by_hand(answer: Message) -> SummaryPlan:
    """The summary of all that is above the last turn of a branch. Raises Busy and NothingToSummarize."""
    refuse_if_busy(answer.conversation_id, find_open_answers(answer.conversation.owner_id))
    plan = _plan(answer, answer.pk, max_kept=0, as_text=False)
    if plan is None:
        raise NothingToSummarize
    return plan


def _plan(answer: Message, leaf: UUID | None, max_kept: int, *, as_text: bool) -> SummaryPlan | None:
    branch = read_branch(answer, leaf)
    older, upto = prompt.split_for_summary(branch.messages, branch.summary, max_kept, branch.files)
    if upto is None:
        return None
    # With the instructions of the conversation, whose cached prefix Claude then finds.
    request = fit_request(answer, replace(branch, messages=older), READ_SHARE)
    if get_model(answer.model).supports_compaction and not as_text:
        request = replace(request, compacts=True, previous_id="")
    else:
        request = build_text_request(settings.CHAT_TITLE_MODEL or answer.model, request.messages)
    return SummaryPlan(upto, request)


def build_text_request(model: str, messages: Content) -> client.Request:
    """What is sent for a summary as text, to any model."""
    max_bytes = prompt.room_for_turns(model, SUMMARY_TOKENS + THINKING_TOKENS) - len(summary_prompt.INSTRUCTIONS)
    request = client.Request(
        model=model,
        messages=summary_prompt.build_summary_messages(messages, max_bytes),
        system=summary_prompt.INSTRUCTIONS,
        max_tokens=SUMMARY_TOKENS,
        effort="low",
        single_turn=True,
    )
    return request if request.thinking_disabled else replace(request, max_tokens=SUMMARY_TOKENS + THINKING_TOKENS)


@dataclass(slots=True)
class WrittenSummary:
    """The part of a summary that Claude has written."""

    text: str = ""
    content: Content = field(default_factory=list)
    stop_reason: str = ""

    def handle(self, event: client.Event) -> None:
        match event:
            case client.TextDelta():
                self.text += event.text
            case client.ContentBlock({"type": "compaction", "content": str(text)} as block):
                self.text, self.content = text, [block]
            case client.MessageFinished():
                self.stop_reason = event.stop_reason


async def write_summary(
    plan: SummaryPlan, call: UpstreamCall, max_seconds: float, *, on_retry: Callable[[], None]
) -> str:
    """Make the call and store the summary. Returns the code of what went wrong, or "". Raises Stopped."""
    written = WrittenSummary()
    try:
        async with call:
            await call.stream(written.handle, min(max_seconds, MAX_SECONDS))
    except Failed as failure:
        logger.info("No summary for conversation %s: %s", call.answer.conversation_id, failure.detail)
        return failure.code
    except TimeoutError:
        return "upstream_timeout"
    except Refused:
        return "budget_spent"
    if written.stop_reason not in STOP_REASONS or not written.text.strip():
        return "upstream_truncated"
    content = written.content or text_content(written.text)
    await storage.run_until_stored(_store, plan, content, written.text, on_retry=on_retry)
    return ""


def _store(plan: SummaryPlan, content: Content, text: str) -> None:
    Summary.store(plan.upto, model=plan.request.model, content=content, text=text)


class SummaryWriter:
    """A summary that a person has asked for: one call in a task of its own, which the engine stops at its end."""

    def __init__(
        self,
        answer: Message,
        plan: SummaryPlan,
        *,
        on_call_started: Callable[[UpstreamCall], None],
        on_end: Callable[["SummaryWriter"], None],
    ) -> None:
        self.answer = answer
        self._plan, self._on_end = plan, on_end
        self._call = UpstreamCall(plan.request, answer, Usage.Purpose.SUMMARY, on_started=on_call_started)
        # An empty context, as for a reply: the request may end before this does.
        self.task = asyncio.create_task(self._write(), context=contextvars.Context())

    def stop(self) -> None:
        """Cancel the call; what it has used so far is settled."""
        self._call.stop()

    async def _write(self) -> str:
        """Returns the code of what went wrong, or "". Raises Refused; logs everything else."""
        try:
            return await write_summary(self._plan, self._call, MAX_SECONDS, on_retry=lambda: None)
        except Stopped:
            return "shutdown"
        except IntegrityError:
            # The one reservation that an answer has for a summary belongs to another process.
            raise Busy from None
        except Exception:
            logger.exception("No summary for conversation %s.", self.answer.conversation_id)
            return "internal"
        finally:
            self._on_end(self)
