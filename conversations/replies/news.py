"""Asks Claude now and then which models there are; the models offered by this process go by it."""

import asyncio
import logging

from conversations.claude import client, models
from conversations.claude.errors import Failed

logger = logging.getLogger(__name__)

#: Seconds between two questions for the list, and after a failure.
REFRESH_SECONDS = 6 * 60 * 60
AGAIN_SECONDS = 10 * 60


async def keep_models() -> None:
    """Ask for ever. While the list is not to be had the former one holds; that, and each concern, is said once."""
    said: set[str] = set()
    while True:
        pause, news = REFRESH_SECONDS, []
        try:
            models.update_models(await client.list_models())
        except Failed as failure:
            pause, news = AGAIN_SECONDS, [f"Claude's list of models is not to be had ({failure.code})."]
        except Exception:
            # Claude's list may one day hold what nobody foresaw; the next one is asked for all the same.
            logger.exception("Claude's list of models could not be read.")
            pause = AGAIN_SECONDS
        news += models.warnings()
        for sentence in news:
            if sentence not in said:
                logger.warning(sentence)
        said = set(news)
        await asyncio.sleep(pause)
