"""Has deleted accounts erased, by whichever process looks first."""

import asyncio
import logging

from conversations.models.erasure import erase_step
from conversations.replies import storage

logger = logging.getLogger(__name__)

#: Seconds between two looks for accounts to erase.
LOOK_SECONDS = 5


async def keep_erasing() -> None:
    """Erase for as long as the process lives. A step that fails is tried again."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            while await storage.run(erase_step):
                pass
        except Exception as error:
            logger.warning("Deleted accounts cannot be erased: %s", error)
