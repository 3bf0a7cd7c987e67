"""What happens to the running replies of this process once a second: checkpoints, wishes to stop, absent readers."""

import asyncio
import logging
from contextlib import suppress
from uuid import UUID

from conversations.models.message import STALE_AFTER
from conversations.replies import checkpoints, recovery, storage
from conversations.replies.reply import Reply

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1
#: Seconds between the first wish for a checkpoint at once and the checkpoint.
GATHERING_SECONDS = 0.1
#: Seconds between two looks for replies whose process is gone: a restart finds them within 10 + 3 seconds.
RECOVERY_SECONDS = 3


class Rounds:
    """Two loops over `running`, which the engine fills."""

    def __init__(self, running: dict[UUID, Reply], runner: str) -> None:
        self._running = running
        self._runner = runner
        self._due = asyncio.Event()
        self._judges_from = 0.0
        self._tasks = [
            asyncio.create_task(self._keep_checkpoints()),
            asyncio.create_task(self._keep_recovering()),
        ]

    def soon(self) -> None:
        """Checkpoint the replies that ask for it now, without waiting for the next round."""
        self._due.set()

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
                    # What else begins or loses a reader meanwhile shares the transaction; what ends needs none.
                    await asyncio.sleep(GATHERING_SECONDS)
            self._due.clear()
            if whole := clock() >= next_round:
                next_round = clock() + ROUND_SECONDS
            replies = [reply for reply in self._running.values() if whole or reply.checkpoint_due]
            if replies:
                await self._checkpoint(replies)

    async def _checkpoint(self, replies: list[Reply]) -> None:
        now = asyncio.get_running_loop().time()
        lines = [reply.checkpoint(now) for reply in replies]
        try:
            seen = await storage.run(checkpoints.write, lines, self._runner)
        except Exception as error:
            self._judges_from = now + STALE_AFTER.total_seconds()
            logger.warning("No checkpoint of %d replies: %s", len(replies), error)
            return
        for reply, line in zip(replies, lines, strict=True):
            reply.checkpointed(line, seen.get(line.id), now)

    async def _keep_recovering(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            # After a time without the database everybody's heartbeats are old, also those of the living.
            if clock() >= self._judges_from:
                try:
                    await storage.run(recovery.recover, self._runner)
                except Exception as error:
                    self._judges_from = clock() + STALE_AFTER.total_seconds()
                    logger.warning("Nothing could be recovered: %s", error)
            await asyncio.sleep(RECOVERY_SECONDS)
