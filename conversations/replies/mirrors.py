"""Replies that another process writes, followed through their rows: one query a second for all of them."""

import asyncio
import logging
import math
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Length, Now

from conversations.models import Message
from conversations.replies import ending, storage
from conversations.replies.broadcast import Broadcast, End

logger = logging.getLogger(__name__)

#: Seconds between two looks at the rows; fewer while one of them was asked to stop.
PAUSE, SHORT_PAUSE = 1, 0.2
#: Seconds after which a writer is told again that its reply is read here.
TELL_EVERY = 10


@dataclass(frozen=True, slots=True)
class News:
    """What a row has that its mirror has not, and whether it is about to end."""

    id: UUID
    text: str = ""
    ended: tuple[End, str] | None = None
    ending: bool = False


class Mirror(Broadcast):
    """A reply that another process writes; `told_at`: when that process last heard that it is read here."""

    told_at = -math.inf

    def is_due(self, now: float) -> bool:
        """Whether it should hear of that now: at once, before the reader has begun, and later while one is there."""
        return now - self.told_at >= (TELL_EVERY if self.readers else math.inf)


class Mirrors:
    """The mirrors of this process. A mirror lives as long as it has readers."""

    def __init__(self) -> None:
        self._mirrors: dict[UUID, Mirror] = {}
        self._task: asyncio.Task[None] | None = None
        self._due = asyncio.Event()

    def of(self, message: UUID) -> Mirror:
        """The mirror of a reply, made if there is none yet."""
        if message not in self._mirrors:
            self._mirrors[message] = Mirror(on_leave=lambda: self._forget(message))
            self._due.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        return self._mirrors[message]

    def _forget(self, message: UUID) -> None:
        mirror = self._mirrors.get(message)
        if mirror is not None and not mirror.readers:
            del self._mirrors[message]

    async def _watch(self) -> None:
        while self._mirrors:
            self._due.clear()
            hurry = False
            try:
                hurry = await self._look()
            except Exception:
                logger.exception("Replies of other processes could not be looked at.")
            with suppress(TimeoutError):
                async with asyncio.timeout(SHORT_PAUSE if hurry else PAUSE):
                    await self._due.wait()

    async def _look(self) -> bool:
        """Tell every mirror what is new; True when one of the replies is about to end."""
        now = asyncio.get_running_loop().time()
        known = {pk: mirror.length for pk, mirror in self._mirrors.items()}
        untold = {pk for pk, mirror in self._mirrors.items() if mirror.is_due(now)}
        found = await storage.run(look, known, untold)
        for pk in untold & self._mirrors.keys():
            self._mirrors[pk].told_at = now
        for news in found:
            self._tell(news)
        return any(news.ending for news in found)

    def _tell(self, news: News) -> None:
        mirror = self._mirrors.get(news.id)
        if mirror is None:
            return
        if len(news.text) > mirror.length:
            mirror.write(news.text[mirror.length :])
        if news.ended is not None:
            mirror.close(*news.ended)
            del self._mirrors[news.id]


def look(known: dict[UUID, int], untold: Collection[UUID]) -> list[News]:
    """Compare rows with what is known of them ({id: length}); a text is read only where it grew."""
    if untold:
        Message.objects.writing().filter(pk__in=untold).update(watched_at=Now())
    rows = Message.objects.filter(pk__in=known).annotate(length=Length("text"))
    found = list(rows.values_list("pk", "state", "length", "stop_requested"))
    grown = [pk for pk, _, length, _ in found if length > known[pk]]
    texts = dict(Message.objects.filter(pk__in=grown).values_list("pk", "text"))
    gone = known.keys() - {row[0] for row in found}
    return [
        *(News(pk, ended=(ending.gone(), "")) for pk in gone),
        *(
            News(pk, texts.get(pk, ""), ending=bool(wish))
            if state == Message.State.WRITING
            else News(pk, texts.get(pk, ""), ending.of_row(pk))
            for pk, state, _, wish in found
        ),
    ]
