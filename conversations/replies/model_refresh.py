"""Asks Claude every few hours which models there are, and logs what an administrator should know about them."""

import asyncio
import logging

from conversations.claude import client, models
from conversations.claude.errors import Failed

logger = logging.getLogger(__name__)

#: Seconds between two requests for the list, and after a failed one.
REFRESH_SECONDS = 6 * 60 * 60
RETRY_SECONDS = 10 * 60


async def keep_refreshing() -> None:
    """Refresh the list for as long as the process lives. While it is unavailable the last one holds.

    Each warning is logged once, as long as it stays the same.
    """
    logged: set[str] = set()
    while True:
        pause, warnings = REFRESH_SECONDS, []
        try:
            models.update_models(await client.list_models())
        except Failed as failure:
            pause, warnings = RETRY_SECONDS, [f"Claude's list of models is unavailable ({failure.code})."]
        except Exception:
            # A list of another shape must not end this loop.
            logger.exception("Claude's list of models could not be read.")
            pause = RETRY_SECONDS
        warnings += models.warnings()
        for warning in warnings:
            if warning not in logged:
                logger.warning(warning)
        logged = set(warnings)
        await asyncio.sleep(pause)
