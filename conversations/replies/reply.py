"""One reply: it owns the task that asks Claude, the text that comes of it, and the one ending.

Started by the engine. Responses only watch it, through its broadcast.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from django.db import InterfaceError, OperationalError

from conversations.claude import client
from conversations.claude.errors import Failed
from conversations.models import BudgetSpent, Message
from conversations.replies import alerts, ending, storage
from conversations.replies.beginning import Planned
from conversations.replies.broadcast import Broadcast
from conversations.replies.calls import Call
from conversations.replies.checkpoints import Line, Seen

logger = logging.getLogger(__name__)

#: Long texts are checkpointed less often: what is written grows with the text, what can be lost does not.
LONG_TEXT, LONG_TEXT_SECONDS = 50_000, 3
LONGEST_TEXT = 200_000
LONGEST_SECONDS = 600
#: How long the first reader of a stream may take to appear before the reply counts as abandoned.
FIRST_READER_SECONDS = 5


class Reply:
    """A reply being written in this process. `grace`: seconds without a reader, None for as long as it takes."""

    def __init__(
        self,
        answer: Message,
        planned: Planned,
        *,
        grace: float | None,
        on_stored: Callable[["Reply"], None],
        on_due: Callable[[], None],
    ) -> None:
        self.answer = answer
        self.reservation = planned.reservation
        self.calls: list[Call] = []
        self.broadcast = Broadcast(on_leave=self._reader_left)
        self.checkpoint_due = False
        # Whether a page will want the finished turn; who only asks through the API is spared the making of it.
        self.shown = True
        self._on_stored, self._on_due = on_stored, on_due
        self._checkpointed = (0, 0.0)
        self._watched_elsewhere = False
        self._grace = grace
        self._unread_since = asyncio.get_running_loop().time()
        self._allowance = grace if grace is None else max(grace, FIRST_READER_SECONDS)
        self._blocks: list[dict[str, Any]] = []
        self._block_begins = 0
        self._stop_reason = ""
        self._wish = ""
        self._longest = planned.request.max_output
        self._reserved_calls = 1
        # An empty context: the task must not inherit the request's, which ends before it.
        context = contextvars.Context()
        self._reading = asyncio.create_task(self._read(planned.request), context=context)
        self._owner = asyncio.create_task(self._own(), context=context)

    def stop(self, wish: str) -> None:
        """Have it end now, for the reason given; what was read so far is kept. The first wish counts."""
        if not self._wish and not self._reading.done():
            self._wish = wish
            self._reading.cancel()

    @property
    def was_taken_away(self) -> bool:
        """Whether nobody may read on: its conversation was deleted, or the account deactivated."""
        return self._wish in {Message.Ending.DELETED, Message.Ending.DEACTIVATED}

    # Once a second

    def checkpoint(self, now: float) -> Line:
        """What is to be stored now: the text when it has grown, the calls that have begun."""
        length, stored_at = self._checkpointed
        grown = self.broadcast.length > length
        wait = self.broadcast.length > LONG_TEXT and now - stored_at < LONG_TEXT_SECONDS
        text = self.broadcast.text if grown and (not wait or self.checkpoint_due) else None
        self.checkpoint_due = False
        return Line(self.answer.pk, text, [call for call in self.calls if not call.inserted])

    def checkpointed(self, line: Line, seen: Seen | None, now: float) -> None:
        """The row has been written and read: note what is stored, and do what was asked of this reply."""
        if line.text is not None:
            self._checkpointed = (len(line.text), now)
        for call in line.calls:
            call.inserted = True
        if seen is None:
            self.stop(Message.Ending.DELETED)
        elif not seen.writing:
            self.stop(Message.Ending.LOST)
        elif seen.stop_requested:
            self.stop(seen.stop_requested)
        else:
            self._watched_elsewhere = seen.watched
            self._look_after_readers(now)

    def _look_after_readers(self, now: float) -> None:
        if self.broadcast.readers or self._watched_elsewhere:
            self._unread_since, self._allowance = now, self._grace
        elif self._allowance is not None and now - self._unread_since >= self._allowance:
            self.stop(Message.Ending.ABANDONED)

    def _reader_left(self) -> None:
        self._checkpoint_soon()
        if self.broadcast.readers:
            return
        self._unread_since, self._allowance = asyncio.get_running_loop().time(), self._grace
        if self._grace == 0 and not self._watched_elsewhere:
            self.stop(Message.Ending.ABANDONED)

    def _checkpoint_soon(self) -> None:
        self.checkpoint_due = True
        self._on_due()

    # Reading what Claude says

    async def _read(self, request: client.Request) -> None:
        async with asyncio.timeout(LONGEST_SECONDS), aclosing(client.stream(request)) as events:
            async for event in events:
                # Nearly all are text, and a match would cost as much as all the rest that is done with it here.
                if isinstance(event, client.TextDelta):
                    self._write(event.text)
                    continue
                self._take(event)
                if isinstance(event, client.Retrying):
                    await self._reserve_again()
        if not self._stop_reason:
            raise Failed("upstream_truncated")

    def _take(self, event: client.Event) -> None:
        """What is not text."""
        match event:
            case client.ThinkingDelta(thinking):
                self.broadcast.think(thinking)
            case client.ContentBlock(block):
                self._blocks.append(block)
                self._block_begins = len(self.broadcast.pieces)
            case client.MessageStarted():
                self.calls.append(Call.begin(self.answer, event, longest=self._longest))
                self._checkpoint_soon()
            case client.Retrying(attempt, seconds, code):
                self.broadcast.wait_for("retrying", {"attempt": attempt, "seconds": seconds, "code": code})
            case client.MessageFinished():
                self._stop_reason = event.stop_reason
                self.calls[-1].finish(event)

    async def _reserve_again(self) -> None:
        """A call that had begun before it failed will be paid for: the next one needs an amount of its own."""
        if len(self.calls) < self._reserved_calls:
            return
        try:
            await storage.run(self.reservation.extend)
        except BudgetSpent:
            raise Failed("budget_spent") from None
        self._reserved_calls += 1

    def _write(self, text: str) -> None:
        broadcast = self.broadcast
        if self._block_begins == len(broadcast.pieces) and broadcast.length:
            broadcast.write("\n\n")
            self._block_begins += 1
        room = LONGEST_TEXT - broadcast.length
        broadcast.write(text[:room])
        if len(text) > room:
            raise Failed("reply_too_long")

    # The one ending

    async def _own(self) -> None:
        """Wait for the reading to be over, however that comes, and store the reply. Nothing raises past this."""
        await asyncio.wait([self._reading])
        result = self._result()
        pause = 0.1
        while True:
            try:
                shown = self.shown or self.broadcast.is_shown
                end, prose = await storage.run(ending.store, self.answer, result, shown=shown)
                if (self.shown or self.broadcast.is_shown) and not shown:
                    end, prose = await storage.run(ending.of_row, self.answer.pk)
                break
            except (OperationalError, InterfaceError):
                logger.warning("Reply %s cannot be stored yet.", self.answer.pk, exc_info=pause == 0.1)
                self.broadcast.wait_for("saving", {})
                await asyncio.sleep(pause)
                pause = min(2 * pause, 2)
            except Exception:
                logger.exception("Reply %s cannot be stored as it is.", self.answer.pk)
                if result.bare:
                    end, prose = ending.told(result), ""
                    break
                result.make_bare()
        self.broadcast.close(end, prose)
        self._on_stored(self)
        if result.error_code == "misconfigured" and result.failure:
            await storage.run(alerts.claude_is_unavailable, result.failure.detail, result.request_id)
        if self.reservation.limited:
            await storage.run(alerts.budget_is_nearly_spent, self.reservation.month_id)

    def _result(self) -> ending.Result:
        state, how, failure = self._judge()
        opened = "".join(self.broadcast.pieces[self._block_begins :])
        blocks = [*self._blocks, {"type": "text", "text": opened}] if opened else self._blocks
        return ending.Result(
            state=state,
            ending=how,
            text=self.broadcast.text,
            blocks=blocks,
            thoughts="".join(self.broadcast.thoughts),
            stop_reason=self._stop_reason,
            failure=failure,
            reservation=self.reservation,
            calls=self.calls,
        )

    def _judge(self) -> tuple[str, str, Failed | None]:
        State, Ending = Message.State, Message.Ending  # noqa: N806
        if self._reading.cancelled():
            wish = self._wish or Ending.SHUTDOWN
            return (
                (State.INTERRUPTED if wish in {Ending.SHUTDOWN, Ending.LOST} else State.STOPPED),
                wish,
                None,
            )
        match self._reading.exception():
            case None:
                return State.COMPLETE, Ending.FINISHED, None
            case Failed() as failure:
                return State.FAILED, Ending.FAILED, failure
            case TimeoutError():
                return State.FAILED, Ending.FAILED, Failed("upstream_timeout")
            case error:
                logger.error("Reply %s failed.", self.answer.pk, exc_info=error)
                return State.FAILED, Ending.FAILED, Failed("internal", detail=type(error).__name__)
