"""One reply: it owns the task that calls Claude, the text as it grows, and the one ending.

Started by the engine. Responses only watch it, through its broadcast.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable

from conversations.claude.errors import Failed
from conversations.markdown import Opening
from conversations.models import Message
from conversations.models.content import text_content
from conversations.models.months import this_month
from conversations.models.question import Approval
from conversations.presentation.sources import source_ids
from conversations.replies import alerts, storage
from conversations.replies.broadcast import Broadcast
from conversations.replies.call import ReservedCall, Stopped, UpstreamCall
from conversations.replies.checkpoints import Checkpoint, StoredReply
from conversations.replies.end import End
from conversations.replies.outcome import Outcome, store_outcome
from conversations.replies.run import Run
from conversations.replies.tools import Waiting
from conversations.tools.calls import NotWriting, Step

logger = logging.getLogger(__name__)

State, Ending = Message.State, Message.Ending

#: Each checkpoint writes the whole text, so long texts are checkpointed less often.
LONG_TEXT, LONG_TEXT_SECONDS = 50_000, 3
#: Seconds in which the first reader of a stream must appear; after them the reply counts as abandoned.
FIRST_READER_SECONDS = 5


class Reply:
    """A reply that this process writes. `grace`: seconds without a reader, None for as long as it takes."""

    def __init__(
        self,
        answer: Message,
        call: ReservedCall,
        *,
        approval: Approval = Approval.PERSON,
        step: Step | None = None,
        opening: Opening | None,
        grace: float | None,
        on_call_started: Callable[[UpstreamCall], None],
        on_checkpoint_due: Callable[[], None],
        on_end: Callable[["Reply"], None],
    ) -> None:
        self.answer = answer
        self.broadcast = Broadcast(opening=opening, sources=source_ids(answer), on_leave=self._reader_left)
        self._opening = opening
        self.is_checkpoint_due = False
        #: It has come to a call that a person has to decide about: it is stored as waiting, or has been.
        self.is_waiting = False
        self._run = Run(answer, call, self.broadcast, on_call_started, approval=approval, step=step)
        self._limit = call.limit
        self._stop_ending = ""
        self._on_checkpoint_due, self._on_end = on_checkpoint_due, on_end
        self._stored_length, self._stored_at = len(answer.text), 0.0
        self._is_watched_elsewhere = False
        self._grace = grace
        self._unread_since = asyncio.get_running_loop().time()
        self._max_unread_seconds = grace if grace is None else max(grace, FIRST_READER_SECONDS)
        # An empty context: the task must not inherit the request's, which ends before it.
        self._task = asyncio.create_task(self._supervise(), context=contextvars.Context())

    def stop(self, ending: str) -> None:
        """End it now, with this ending; what was written so far is kept. The first call counts."""
        if not self._stop_ending:
            self._stop_ending = ending
            self._run.stop()

    @property
    def is_access_revoked(self) -> bool:
        """Whether the person has lost access: the conversation was deleted or the account deactivated."""
        return self._stop_ending in {Ending.DELETED, Ending.DEACTIVATED}

    # Checkpoints

    def checkpoint(self, now: float) -> Checkpoint:
        """What is to be stored now: the text, when it has grown."""
        has_grown = self.broadcast.length > self._stored_length
        is_early = self.broadcast.length > LONG_TEXT and now - self._stored_at < LONG_TEXT_SECONDS
        text = self.broadcast.text if has_grown and (self.is_checkpoint_due or not is_early) else None
        self.is_checkpoint_due = False
        return Checkpoint(self.answer.pk, text)

    def handle_stored_row(self, checkpoint: Checkpoint, row: StoredReply | None, now: float) -> None:
        """Note what is stored, and do what the row asks for; `row` is None when it is deleted."""
        if checkpoint.text is not None:
            self._stored_length, self._stored_at = len(checkpoint.text), now
        if row is None:
            self.stop(Ending.DELETED)
        elif not row.is_writing:
            self.stop(Ending.LOST)
        elif row.stop_requested:
            self.stop(row.stop_requested)
        else:
            self._is_watched_elsewhere = row.is_watched
            self._check_readers(now)

    def _check_readers(self, now: float) -> None:
        if self.broadcast.readers or self._is_watched_elsewhere:
            self._unread_since, self._max_unread_seconds = now, self._grace
        elif self._max_unread_seconds is not None and now - self._unread_since >= self._max_unread_seconds:
            self.stop(Ending.ABANDONED)

    def _reader_left(self) -> None:
        self.is_checkpoint_due = True
        self._on_checkpoint_due()
        if self.broadcast.readers:
            return
        self._unread_since, self._max_unread_seconds = asyncio.get_running_loop().time(), self._grace
        if self._grace == 0 and not self._is_watched_elsewhere:
            self.stop(Ending.ABANDONED)

    # The one ending

    async def _supervise(self) -> None:
        """Run the reply, store how it ended, and tell its readers. No exception passes; nothing cancels this task."""
        try:
            outcome = await self._run_to_end()
            end, html = await self._store(outcome)
        except Exception as error:
            logger.exception("Reply %s could not be ended; storing its text.", self.answer.pk)
            failure = Failed("internal", detail=type(error).__name__)
            outcome = Outcome(State.FAILED, Ending.FAILED, text_content(self.broadcast.text), failure=failure)
            end, html = await self._store(outcome)
        try:
            await self.broadcast.close(end, html)
        except Exception:
            logger.exception("The last frames of reply %s could not be made.", self.answer.pk)
            self.broadcast.close_unrendered(end, html)
        finally:
            self._on_end(self)
        if outcome.failure and outcome.failure.code == "misconfigured":
            await storage.run(alerts.report_unavailable, outcome.failure.detail, outcome.request_id)
        if self._limit is not None:
            await storage.run(alerts.warn_about_budget, this_month(), self._limit)

    async def _run_to_end(self) -> Outcome:
        """Run the reply and return its outcome; that of one that has to wait for a person is the state `waiting`."""
        failure = None
        state, ending = State.FAILED, Ending.FAILED
        try:
            await self._run.execute()
            state, ending = State.COMPLETE, Ending.FINISHED
        except Waiting:
            state, ending = State.WAITING, Ending.NONE
            self.is_waiting = True
        except (Stopped, NotWriting):
            if not self._stop_ending:
                # Another process has asked for it, and the row says so before the next round.
                self._stop_ending = await storage.run_until_stored(
                    read_stop_request, self.answer, on_retry=self.broadcast.show_saving
                )
            ending = Ending(self._stop_ending or Ending.SHUTDOWN)
            state = State.INTERRUPTED if ending in Message.INTERRUPTED_ENDINGS else State.STOPPED
        except Failed as error:
            failure = error
        except TimeoutError:
            failure = Failed("upstream_timeout")
        except Exception as error:
            logger.exception("Reply %s failed.", self.answer.pk)
            failure = Failed("internal", detail=type(error).__name__)
        writer = self._run.writer
        request_id = failure.request_id if failure and failure.request_id else writer.request_id
        return Outcome(
            state,
            ending,
            writer.content,
            stop_reason=writer.stop_reason,
            request_id=request_id,
            upstream_id=writer.upstream_id,
            thinking_seconds=writer.thinking_seconds or None,
            tokens=self._run.tokens,
            failure=failure,
        )

    async def _store(self, outcome: Outcome) -> tuple[End, str]:
        """Returns the end and the text as HTML."""
        try:
            return await self._store_retrying(outcome)
        except Exception:
            logger.exception("Reply %s cannot be stored; storing its text alone.", self.answer.pk)
        try:
            return await self._store_retrying(outcome.drop_metadata())
        except Exception:
            logger.exception("The text of reply %s cannot be stored.", self.answer.pk)
        return outcome.end(), ""

    async def _store_retrying(self, outcome: Outcome) -> tuple[End, str]:
        return await storage.run_until_stored(
            store_outcome, self.answer, outcome, self._opening, on_retry=self.broadcast.show_saving
        )


def read_stop_request(answer: Message) -> str:
    """The ending with which somebody has asked an answer to stop; empty where nobody has."""
    return Message.objects.filter(pk=answer.pk).values_list("stop_requested", flat=True).first() or ""
