"""The running replies of this process: begun, followed, stopped, and brought to an end when the process stops."""

import asyncio
import contextvars
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from os import getpid
from uuid import UUID

from django.conf import settings

from conversations.claude import client
from conversations.models import Message
from conversations.replies import beginning, ending, news, storage
from conversations.replies.broadcast import Broadcast
from conversations.replies.mirrors import Mirrors
from conversations.replies.reply import Reply
from conversations.replies.rounds import Rounds
from conversations.replies.titles import Title

#: Seconds that replies get to be stored when the process stops.
STORING_SECONDS = 4


class Draining(Exception):
    """The server is about to stop and takes no new questions."""


class Engine:
    """One in every process; `runner` is its name in the rows that it writes."""

    def __init__(self) -> None:
        self.runner = f"{socket.gethostname()[:40]}-{getpid()}-{secrets.token_hex(4)}"
        self.running: dict[UUID, Reply] = {}
        self.titles: set[Title] = set()
        self._beginning: set[asyncio.Task[tuple[Message, Broadcast]]] = set()
        self.leaving = False
        self.draining = False
        self._mirrors = Mirrors()
        self._rounds: Rounds | None = None
        self._news: asyncio.Task[None] | None = None

    # The life of the process

    async def startup(self) -> None:
        self.leaving = self.draining = False
        client.open_client()
        self._rounds = Rounds(self.running, self.runner)
        self._news = asyncio.create_task(news.keep_models())

    async def drain(self) -> None:
        """Take no new questions; running replies may finish for DRAIN_SECONDS, then they are interrupted.

        For DRAIN_NOTICE_SECONDS before that only `/readyz` says so: a proxy that looks there sends no more
        questions by the time they would be refused.
        """
        self.leaving = True
        await asyncio.sleep(settings.DRAIN_NOTICE_SECONDS)
        self.draining = True
        await self._until(lambda: not self.running and not self._beginning, settings.DRAIN_SECONDS)
        await self._interrupt()

    async def shutdown(self) -> None:
        """Interrupt what still runs, wait for the saves that are left, and close the way to Claude."""
        self.leaving = self.draining = True
        await self._interrupt()
        if self._news is not None:
            self._news.cancel()
            await asyncio.gather(self._news, return_exceptions=True)
        if self._rounds is not None:
            await self._rounds.close()
        await client.close_client()

    async def _interrupt(self) -> None:
        # What is being stored at this moment has no reply yet that could be interrupted.
        await self._until(lambda: not self._beginning, STORING_SECONDS)
        for reply in list(self.running.values()):
            reply.stop(Message.Ending.SHUTDOWN)
        for title in list(self.titles):
            title.stop()
        await self._until(lambda: not self.running and not self.titles, STORING_SECONDS)

    async def _until(self, idle: Callable[[], bool], seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not idle():  # noqa: ASYNC110 (only when the process stops)
                    await asyncio.sleep(0.02)

    # What views ask for

    async def begin(
        self, ask: Callable[[], Message], *, grace: float | None, page: bool = True
    ) -> tuple[Message, Broadcast]:
        """Store a question with `ask` and have it answered, as one step; raises Draining, and Refused.

        Shielded: a reader who leaves in between leaves a reply with its clock running, never a row without a
        task. `grace`: seconds the reply may go on without a reader, None for as long as it takes.
        `page`: whether the one who asks will show it in a page.
        """
        if self.draining:
            raise Draining
        task = asyncio.create_task(self._begin(ask, grace, page), context=contextvars.Context())
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)
        return await asyncio.shield(task)

    async def _begin(self, ask: Callable[[], Message], grace: float | None, page: bool) -> tuple[Message, Broadcast]:
        begun = await storage.run(beginning.begin, ask)
        answer = begun.answer
        if begun.reply is not None:
            reply = Reply(answer, begun.reply, grace=grace, on_stored=self._stored, on_due=self._checkpoint_soon)
            reply.shown = page
            self.running[answer.pk] = reply
            if begun.title is not None:
                show = reply.broadcast.entitle
                self.titles.add(Title(answer, begun.title, show=show, on_over=self.titles.discard))
        return answer, await self.follow(answer, page=page)

    async def follow(self, answer: Message, *, page: bool = True) -> Broadcast:
        """What there is of a reply and what comes, wherever it is written."""
        if answer.pk in self.running:
            reply = self.running[answer.pk]
            # Also when the end comes before the page has begun to read.
            reply.shown = reply.shown or page
            return reply.broadcast
        if answer.is_writing:
            return self._mirrors.of(answer.pk)
        over = Broadcast(answer.text)
        over.close(*await storage.run(ending.of_row, answer.pk))
        return over

    async def stop(self, answer: Message) -> Broadcast:
        """Ask a reply to stop, wherever it is written; what is returned tells when it has."""
        if answer.pk in self.running:
            self.running[answer.pk].stop(Message.Ending.STOPPED)
        elif answer.is_writing:
            mine = Message.objects.writing().filter(pk=answer.pk)
            await storage.run(mine.request_stop, Message.Ending.STOPPED)
        return await self.follow(answer, page=False)

    def _stored(self, reply: Reply) -> None:
        self.running.pop(reply.answer.pk, None)
        if reply.was_taken_away:
            for title in [title for title in self.titles if title.answer.pk == reply.answer.pk]:
                title.stop()

    def _checkpoint_soon(self) -> None:
        if self._rounds is not None:
            self._rounds.soon()
