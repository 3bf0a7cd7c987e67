"""What the process does about its running replies in the background: checkpoints, and recovery of stale replies."""

import asyncio
import logging
from contextlib import suppress
from copy import copy
from uuid import UUID

from conversations.models.message import STALE_AFTER
from conversations.replies import checkpoints, recovery, storage
from conversations.replies.call import UpstreamCall
from conversations.replies.reply import Reply

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1
#: Seconds between the first request for an early checkpoint and the checkpoint.
GATHERING_SECONDS = 0.1
#: Seconds between two searches for stale replies: a restart finds them within 10 + 3 seconds.
RECOVERY_SECONDS = 3


class Housekeeping:
    """Two loops over `running`, which the engine fills, from `start` to `close`."""

    def __init__(self, running: dict[UUID, Reply], runner: str) -> None:
        self._running = running
        self._runner = runner
        self._due = asyncio.Event()
        self._started_calls: list[UpstreamCall] = []
        self._no_recovery_before = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._keep_checkpoints()),
            asyncio.create_task(self._keep_recovering()),
        ]

    def wake(self) -> None:
        """Checkpoint the replies that ask for it now, without waiting for the next round."""
        self._due.set()

    def add_call(self, call: UpstreamCall) -> None:
        """Insert the usage of a call that has started with the next checkpoint, which is due now."""
        self._started_calls.append(call)
        self.wake()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_checkpoints(self) -> None:
        clock = asyncio.get_running_loop().time
        next_round = clock() + ROUND_SECONDS
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_round):
                    await self._due.wait()
                    # Other replies that ask for a checkpoint meanwhile share its transaction.
                    await asyncio.sleep(GATHERING_SECONDS)
            self._due.clear()
            is_round = clock() >= next_round
            if is_round:
                next_round = clock() + ROUND_SECONDS
            try:
                due = [reply for reply in self._running.values() if is_round or reply.is_checkpoint_due]
                await self._checkpoint(due)
            except Exception:
                # Without this loop all replies of the process would look stale to the others.
                logger.exception("A round of checkpoints failed.")

    async def _checkpoint(self, replies: list[Reply]) -> None:
        now = asyncio.get_running_loop().time()
        calls = [call for call in self._started_calls if not call.is_settled]
        self._started_calls = []
        if not replies and not calls:
            return
        pending = [reply.checkpoint(now) for reply in replies]
        # Copies: a call may be settled, in another thread, while they are inserted.
        usages = [copy(call.usage) for call in calls if call.usage is not None]
        try:
            rows = await storage.run(checkpoints.store_and_read, pending, usages, self._runner)
        except Exception as error:
            self._no_recovery_before = now + STALE_AFTER.total_seconds()
            self._started_calls += calls
            logger.warning("Checkpoints cannot be stored (replies: %d): %s", len(replies), error)
            return
        for reply, checkpoint in zip(replies, pending, strict=True):
            reply.handle_stored_row(checkpoint, rows.get(checkpoint.id), now)

    async def _keep_recovering(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            # While the database was unavailable nobody could write a heartbeat: living writers look stale.
            if clock() >= self._no_recovery_before:
                try:
                    await storage.run(recovery.recover, list(self._running))
                except Exception as error:
                    self._no_recovery_before = clock() + STALE_AFTER.total_seconds()
                    logger.warning("Stale replies cannot be recovered: %s", error)
            await asyncio.sleep(RECOVERY_SECONDS)
