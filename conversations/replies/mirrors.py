"""Replies that another process writes, followed through their rows: one query a second for all of them."""

import asyncio
import logging
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Length, Now

from conversations.models import Message
from conversations.replies import ending, storage
from conversations.replies.broadcast import Broadcast, End

logger = logging.getLogger(__name__)

#: Seconds between two looks at the rows.
PAUSE = 1
#: Looks after which the writer is told again that its reply is read here.
TELL_EVERY = 10


@dataclass(frozen=True, slots=True)
class News:
    """What a row has that its mirror has not."""

    id: UUID
    text: str
    ended: tuple[End, str] | None = None


class Mirrors:
    """The mirrors of this process. A mirror lives as long as it has readers."""

    def __init__(self) -> None:
        self._mirrors: dict[UUID, Broadcast] = {}
        self._task: asyncio.Task[None] | None = None

    def of(self, message: UUID) -> Broadcast:
        """The mirror of a reply, made if there is none yet."""
        if message not in self._mirrors:
            self._mirrors[message] = Broadcast(on_leave=lambda: self._forget(message))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        return self._mirrors[message]

    def _forget(self, message: UUID) -> None:
        mirror = self._mirrors.get(message)
        if mirror is not None and not mirror.readers:
            del self._mirrors[message]

    async def _watch(self) -> None:
        looks = 0
        while self._mirrors:
            try:
                known = {pk: mirror.length for pk, mirror in self._mirrors.items()}
                for news in await storage.run(look, known, looks % TELL_EVERY == 0):
                    self._tell(news)
            except Exception:
                logger.exception("Replies of other processes could not be looked at.")
            looks += 1
            await asyncio.sleep(PAUSE)

    def _tell(self, news: News) -> None:
        mirror = self._mirrors.get(news.id)
        if mirror is None:
            return
        if len(news.text) > mirror.length:
            mirror.write(news.text[mirror.length :])
        if news.ended is not None:
            mirror.close(*news.ended)
            del self._mirrors[news.id]


def look(known: dict[UUID, int], tell: bool) -> list[News]:
    """Compare rows with what is known of them ({id: length}); a text is read only where it grew."""
    if tell:
        Message.objects.writing().filter(pk__in=known).update(watched_at=Now())
    rows = Message.objects.filter(pk__in=known).annotate(length=Length("text"))
    states = {pk: (state, length) for pk, state, length in rows.values_list("pk", "state", "length")}
    grown = [pk for pk, (_, length) in states.items() if length > known[pk]]
    texts = dict(Message.objects.filter(pk__in=grown).values_list("pk", "text"))
    return [
        *(News(pk, "", (ending.gone(), "")) for pk in known.keys() - states.keys()),
        *(
            News(pk, texts.get(pk, ""), None if state == Message.State.WRITING else ending.of_row(pk))
            for pk, (state, _) in states.items()
        ),
    ]
