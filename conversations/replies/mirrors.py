"""Replies that another process writes, followed through their rows: a few queries a second for all of them."""

import asyncio
import contextvars
import logging
import math
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models.functions import Length, Now

from conversations.markdown import Opening
from conversations.models import Message, ToolCall
from conversations.models.content import Content, extract_text, is_server_block, list_tool_uses, split_at_tools
from conversations.presentation.continuing import find_continued_opening
from conversations.replies import storage
from conversations.replies.broadcast import Broadcast
from conversations.replies.end import End, read_end
from conversations.replies.frames import ToolStatus

logger = logging.getLogger(__name__)

#: Seconds between two polls of the rows; shorter while a stop is requested for one of them.
POLL_SECONDS, SHORT_POLL_SECONDS = 1, 0.2
#: Seconds after which `watched_at` is refreshed, so that the writer knows of a reader here.
WATCH_SECONDS = 10


@dataclass(frozen=True, slots=True)
class MirrorPosition:
    """How far a mirror has come: characters of text, and calls of tools."""

    length: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row has: its text and its content where they grew, its calls; `is_ending`: a stop was requested."""

    id: UUID
    text: str = ""
    content: Content = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    end: tuple[End, str] | None = None
    is_ending: bool = False


class Mirror(Broadcast):
    """A reply that another process writes; `watched_at`: when its row last said that it has a reader here."""

    watched_at = -math.inf

    def __init__(self, *, opening: Opening | None, on_leave: Callable[[], None]) -> None:
        super().__init__(opening=opening, on_leave=on_leave)
        # The content of the row is that before the last calls of its answer; the text goes on.
        self._content: Content = []
        self._tool_statuses: dict[str, ToolStatus] = {}

    @property
    def position(self) -> MirrorPosition:
        return MirrorPosition(self.length, len(list_tool_uses(self._content)))

    def write_change(self, change: RowChange) -> None:
        """Write what the row has more: text, places of tools between its parts, and their states."""
        self._content = change.content or self._content
        calls = {call.block_id: call for call in change.calls}
        before_tools: Content = []
        for number, (before, tools) in enumerate(split_at_tools(self._content)[:-1], 1):
            before_tools += before
            if number > self._written.tools_begun:
                self._write_up_to(extract_text(before_tools))
                self.begin_tools()
            before_tools += tools
            self._show_tool_statuses(tools, calls)
        self._write_up_to(change.text)

    def _write_up_to(self, text: str) -> None:
        if len(text) > self.length:
            self.write(text[self.length :])

    def _show_tool_statuses(self, tools: Content, calls: dict[str, ToolCall]) -> None:
        """Tell readers of the uses of tools of a row whose state they do not know."""
        statuses = {}
        for block in tools:
            if is_server_block(block):
                status = ToolStatus.of_server_block(block, self._content)
            else:
                call = calls.get(block.get("id", ""))
                status = ToolStatus.of_call(call) if call else None
            if status is not None:
                statuses[status.id] = status
        for status in statuses.values():
            if self._tool_statuses.get(status.id) != status:
                self.show_tool_status(status)
        self._tool_statuses |= statuses

    def is_watch_due(self, now: float) -> bool:
        """Due at once for a new mirror, before its reader has begun to read; later only while there is a reader."""
        return now - self.watched_at >= (WATCH_SECONDS if self.readers else math.inf)


class Mirrors:
    """The mirrors of this process. A mirror lives as long as it has readers."""

    def __init__(self) -> None:
        self._mirrors: dict[UUID, Mirror] = {}
        self._task: asyncio.Task[None] | None = None
        self._due = asyncio.Event()

    async def follow(self, answer: Message) -> Mirror:
        """The mirror of a reply, made if there is none yet.

        It begins with what the row has: a page that shows this already would be emptied by a first snapshot without.
        """
        message = answer.pk
        if message not in self._mirrors:
            opening, changes = await storage.run(read_beginning, answer)
            mirror = Mirror(opening=opening, on_leave=lambda: self._drop_unread(message))
            for change in changes:
                mirror.write_change(change)
            # Another reader may have come meanwhile.
            self._mirrors.setdefault(message, mirror)
            self._due.set()
        if self._task is None or self._task.done():
            # An empty context: the request ends before this does.
            self._task = asyncio.create_task(self._keep_polling(), context=contextvars.Context())
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
        positions = {pk: mirror.position for pk, mirror in self._mirrors.items()}
        watched = {pk for pk, mirror in self._mirrors.items() if mirror.is_watch_due(now)}
        changes = await storage.run(read_changes, positions, watched)
        for pk in watched & self._mirrors.keys():
            self._mirrors[pk].watched_at = now
        for change in changes:
            try:
                await self._apply(change)
            except Exception:
                # The others go on.
                logger.exception("Reply %s of another process could not be shown.", change.id)
        return any(change.is_ending for change in changes)

    async def _apply(self, change: RowChange) -> None:
        mirror = self._mirrors.get(change.id)
        if mirror is None:
            return
        mirror.write_change(change)
        if change.end is not None:
            del self._mirrors[change.id]
            await mirror.close(*change.end)


def read_beginning(answer: Message) -> tuple[Opening | None, list[RowChange]]:
    """What was open in the answer that this one continues, and what its row has."""
    return find_continued_opening(answer), read_changes({answer.pk: MirrorPosition()}, ())


def read_changes(positions: dict[UUID, MirrorPosition], watched: Collection[UUID]) -> list[RowChange]:
    """Compare rows with what their mirrors have; a text and a content are read only where they grew.

    `watched`: replies whose writers must learn that they have a reader here.
    """
    if watched:
        Message.objects.writing().filter(pk__in=watched).update(watched_at=Now())
    # Before the contents, which are stored with the calls at their ends.
    calls = defaultdict(list)
    for call in ToolCall.objects.filter(message__in=positions).defer("input", "result").order_by("step", "position"):
        calls[call.message_id].append(call)
    rows = Message.objects.filter(pk__in=positions).annotate(length=Length("text"))
    found = list(rows.values_list("pk", "state", "length", "stop_requested"))
    grown = [pk for pk, _state, length, _stop in found if length > positions[pk].length]
    texts = dict(Message.objects.filter(pk__in=grown).values_list("pk", "text"))
    with_calls = [pk for pk in positions if len(calls[pk]) > positions[pk].calls]
    contents = dict(Message.objects.filter(pk__in=with_calls).values_list("pk", "content"))
    changes = []
    for pk, state, _length, stop_requested in found:
        end = None if state == Message.State.WRITING else read_end(pk)
        is_ending = end is None and bool(stop_requested)
        changes.append(RowChange(pk, texts.get(pk, ""), contents.get(pk, []), calls[pk], end, is_ending))
    deleted = positions.keys() - {pk for pk, *_columns in found}
    return changes + [RowChange(pk, end=read_end(pk)) for pk in deleted]
