"""Ends the streams whose session or API token has ended: a sign-out, another password, a revoked token.

The replies continue as if their readers had left.
"""

import asyncio
import logging
from collections.abc import Callable

from chatsite.accounts.access import find_ended
from conversations.replies import storage
from conversations.replies.broadcast import Broadcast

logger = logging.getLogger(__name__)

#: Seconds between two checks of all open streams of the process.
CHECK_SECONDS = 2


async def keep_checking(list_broadcasts: Callable[[], list[Broadcast]]) -> None:
    """Check for as long as the process lives. While the database is unavailable the streams stay open."""
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        broadcasts = list_broadcasts()
        accesses = {reader.access for broadcast in broadcasts for reader in broadcast.readers if reader.access}
        if not accesses:
            continue
        try:
            ended = await storage.run(find_ended, accesses)
        except Exception as error:
            logger.warning("The sessions and tokens of %d streams cannot be checked: %s", len(accesses), error)
            continue
        if ended:
            for broadcast in broadcasts:
                broadcast.end_readers(ended)
