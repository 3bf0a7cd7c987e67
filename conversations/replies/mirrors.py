"""Replies that another process writes, followed through their rows: one query a second for all of them."""

import asyncio
import logging
import math
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Length, Now

from conversations.markdown import Opening
from conversations.models import Message
from conversations.replies import storage
from conversations.replies.broadcast import Broadcast
from conversations.replies.end import End, read_end

logger = logging.getLogger(__name__)

#: Seconds between two polls of the rows; shorter while a stop is requested for one of them.
POLL_SECONDS, SHORT_POLL_SECONDS = 1, 0.2
#: Seconds after which `watched_at` is refreshed, so that the writer knows of a reader here.
WATCH_SECONDS = 10


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row has that its mirror has not; `is_ending`: a stop was requested."""

    id: UUID
    text: str = ""
    end: tuple[End, str] | None = None
    is_ending: bool = False


class Mirror(Broadcast):
    """A reply that another process writes; `watched_at`: when its row last said that it has a reader here."""

    watched_at = -math.inf

    def is_watch_due(self, now: float) -> bool:
        """Due at once for a new mirror, before its reader has begun to read; later only while there is a reader."""
        return now - self.watched_at >= (WATCH_SECONDS if self.readers else math.inf)


class Mirrors:
    """The mirrors of this process. A mirror lives as long as it has readers."""

    def __init__(self) -> None:
        self._mirrors: dict[UUID, Mirror] = {}
        self._task: asyncio.Task[None] | None = None
        self._due = asyncio.Event()

    def get(self, answer: Message, opening: Opening | None = None) -> Mirror:
        """The mirror of a reply, made if there is none yet; `opening`: of the answer that it continues.

        It begins with the text of the row: a page that shows this already would be emptied by a first snapshot without.
        """
        message = answer.pk
        if message not in self._mirrors:
            self._mirrors[message] = Mirror(answer.text, opening=opening, on_leave=lambda: self._drop_unread(message))
            self._due.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_polling())
        return self._mirrors[message]

    def list_open(self) -> list[Mirror]:
        return list(self._mirrors.values())

    def _drop_unread(self, message: UUID) -> None:
        mirror = self._mirrors.get(message)
        if mirror is not None and not mirror.readers:
            del self._mirrors[message]

    async def _keep_polling(self) -> None:
        while self._mirrors:
            self._due.clear()
            is_ending = False
            try:
                is_ending = await self._poll()
            except Exception:
                logger.exception("Replies of other processes could not be read.")
            with suppress(TimeoutError):
                async with asyncio.timeout(SHORT_POLL_SECONDS if is_ending else POLL_SECONDS):
                    await self._due.wait()

    async def _poll(self) -> bool:
        """Update every mirror; True when one of the replies is about to end."""
        now = asyncio.get_running_loop().time()
        lengths = {pk: mirror.length for pk, mirror in self._mirrors.items()}
        watched = {pk for pk, mirror in self._mirrors.items() if mirror.is_watch_due(now)}
        changes = await storage.run(read_changes, lengths, watched)
        for pk in watched & self._mirrors.keys():
            self._mirrors[pk].watched_at = now
        for change in changes:
            await self._apply(change)
        return any(change.is_ending for change in changes)

    async def _apply(self, change: RowChange) -> None:
        mirror = self._mirrors.get(change.id)
        if mirror is None:
            return
        if len(change.text) > mirror.length:
            mirror.write(change.text[mirror.length :])
        if change.end is not None:
            del self._mirrors[change.id]
            await mirror.close(*change.end)


def read_changes(lengths: dict[UUID, int], watched: Collection[UUID]) -> list[RowChange]:
    """Compare rows with the `lengths` of their mirrors; a text is read only where it grew.

    `watched`: replies whose writers must learn that they have a reader here.
    """
    if watched:
        Message.objects.writing().filter(pk__in=watched).update(watched_at=Now())
    rows = Message.objects.filter(pk__in=lengths).annotate(length=Length("text"))
    found = list(rows.values_list("pk", "state", "length", "stop_requested"))
    grown = [pk for pk, _state, length, _stop in found if length > lengths[pk]]
    texts = dict(Message.objects.filter(pk__in=grown).values_list("pk", "text"))
    changes = []
    for pk, state, _length, stop_requested in found:
        end = None if state == Message.State.WRITING else read_end(pk)
        changes.append(RowChange(pk, texts.get(pk, ""), end, is_ending=end is None and bool(stop_requested)))
    deleted = lengths.keys() - {pk for pk, *_columns in found}
    return changes + [RowChange(pk, end=read_end(pk)) for pk in deleted]
