"""The running replies of this process: started, followed, stopped, and ended when the process stops."""

import asyncio
import contextvars
import logging
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from os import getpid
from uuid import UUID

from django.conf import settings

from chatsite.accounts.models import User
from conversations.claude import client
from conversations.models import Conversation, Message, Question, Retry
from conversations.presentation.continuing import find_continued_opening
from conversations.replies import access, model_refresh, storage
from conversations.replies.broadcast import Broadcast
from conversations.replies.end import read_end
from conversations.replies.housekeeping import Housekeeping
from conversations.replies.mirrors import Mirrors
from conversations.replies.reply import Reply
from conversations.replies.start import store_question
from conversations.replies.titles import TitleWriter

logger = logging.getLogger(__name__)

#: Seconds of STOP_SECONDS that are left to uvicorn, which takes three (chatsite/server/__main__.py).
EXIT_SECONDS = 5


class Draining(Exception):
    """The server is about to stop and takes no new questions."""


class Engine:
    """One in every process; `runner` is its name in the rows that it writes."""

    def __init__(self) -> None:
        self.runner = f"{socket.gethostname()[:40]}-{getpid()}-{secrets.token_hex(4)}"
        self.running: dict[UUID, Reply] = {}
        self.titles: set[TitleWriter] = set()
        #: The process will stop soon: `/readyz` says so.
        self.is_draining = False
        #: New questions are refused.
        self.refuses_questions = False
        self._is_drain_over = False
        self._store_until: float | None = None
        self._starting: set[asyncio.Task[tuple[Message, Broadcast]]] = set()
        self._mirrors = Mirrors()
        self._housekeeping = Housekeeping(self.running, self.runner)
        self._tasks: list[asyncio.Task[None]] = []

    # The life of the process

    async def startup(self) -> None:
        self.is_draining = self.refuses_questions = self._is_drain_over = False
        self._store_until = None
        client.open_client()
        self._housekeeping.start()
        self._tasks = [
            asyncio.create_task(model_refresh.keep_refreshing()),
            asyncio.create_task(access.keep_checking(self._list_broadcasts)),
        ]

    async def drain(self) -> None:
        """Refuse new questions; running replies may finish for DRAIN_SECONDS, then they are interrupted.

        For DRAIN_NOTICE_SECONDS before that only `/readyz` says so: a proxy that polls it sends no more questions by
        the time they would be refused.
        """
        self._begin_stopping()
        await self._wait_until(lambda: self._is_drain_over, settings.DRAIN_NOTICE_SECONDS)
        self.refuses_questions = True
        await self._wait_until(
            lambda: self._is_drain_over or not (self.running or self._starting), settings.DRAIN_SECONDS
        )
        await self._interrupt()

    def end_drain(self) -> None:
        """Interrupt running replies now; they are stored all the same."""
        self._is_drain_over = True

    async def shutdown(self) -> None:
        """Interrupt what still runs, wait for the saves that are left, and close the connections to Claude."""
        self._begin_stopping()
        self.refuses_questions = True
        await self._interrupt()
        for pk in self.running:
            logger.error("Reply %s could not be stored before the process has to stop.", pk)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._housekeeping.close()
        await client.close_client()

    def _begin_stopping(self) -> None:
        self.is_draining = True
        if self._store_until is None:
            self._store_until = asyncio.get_running_loop().time() + settings.STOP_SECONDS - EXIT_SECONDS

    async def _interrupt(self) -> None:
        """Interrupt replies, also those of questions that are still being stored, and wait until all are stored."""
        assert self._store_until is not None  # noqa: S101 (for the type checker)
        clock = asyncio.get_running_loop().time
        interrupted: set[Reply | TitleWriter] = set()
        while (self.running or self.titles or self._starting) and clock() < self._store_until:
            for reply in {*self.running.values()} - interrupted:
                reply.stop(Message.Ending.SHUTDOWN)
            for title in self.titles - interrupted:
                title.stop()
            interrupted.update(self.running.values(), self.titles)
            await asyncio.sleep(0.02)

    async def _wait_until(self, is_idle: Callable[[], bool], seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not is_idle():  # noqa: ASYNC110 (only when the process stops)
                    await asyncio.sleep(0.02)

    # What views call

    async def answer(
        self, conversation: Conversation | None, question: Question, user: User, *, grace: float | None
    ) -> tuple[Message, Broadcast]:
        """Store a question and start its reply; a question without a conversation creates one.

        `grace`: seconds the reply may go on without a reader, None for as long as it takes. Raises Draining, Refused.
        """
        return await self._start_reply(conversation or Conversation.draft(user, question), question, grace)

    async def retry(self, answer: Message, retry: Retry, *, grace: float | None) -> tuple[Message, Broadcast]:
        """Start another reply to the question of an answer; the rest as for `answer`."""
        return await self._start_reply(answer.conversation, retry, grace)

    async def follow(self, answer: Message) -> Broadcast:
        """The reply so far and as it grows, in whichever process it is written."""
        if answer.pk in self.running:
            return self.running[answer.pk].broadcast
        if answer.is_writing:
            return self._mirrors.get(answer, await storage.run(find_continued_opening, answer))
        broadcast = Broadcast(answer.text)
        end, html = await storage.run(read_end, answer.pk)
        await broadcast.close(end, html)
        return broadcast

    async def stop(self, answer: Message) -> Broadcast:
        """Ask a reply to stop, in whichever process it is written; the broadcast ends when it has."""
        if answer.pk in self.running:
            self.running[answer.pk].stop(Message.Ending.STOPPED)
        elif answer.is_open:
            rows = Message.objects.filter(pk=answer.pk)
            await storage.run(rows.request_stop, Message.Ending.STOPPED)
        return await self.follow(answer)

    def _list_broadcasts(self) -> list[Broadcast]:
        """All that may have readers for longer than a moment."""
        return [*(reply.broadcast for reply in self.running.values()), *self._mirrors.list_open()]

    async def _start_reply(
        self, conversation: Conversation, request: Question | Retry, grace: float | None
    ) -> tuple[Message, Broadcast]:
        """Store and start as one shielded step: a reader who leaves in between leaves no row without a task."""
        if self.refuses_questions:
            raise Draining
        task = asyncio.create_task(self._store_and_run(conversation, request, grace), context=contextvars.Context())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(handle_absent_caller)
            raise

    async def _store_and_run(
        self, conversation: Conversation, request: Question | Retry, grace: float | None
    ) -> tuple[Message, Broadcast]:
        stored = await storage.run(store_question, conversation, request, self.runner)
        answer = stored.answer
        if stored.reply_call is not None:
            reply = Reply(
                answer,
                stored.reply_call,
                opening=stored.opening,
                grace=grace,
                on_call_started=self._housekeeping.add_call,
                on_checkpoint_due=self._housekeeping.wake,
                on_end=self._reply_ended,
            )
            self.running[answer.pk] = reply
            if stored.title_call is not None:
                reply.broadcast.expect_title()
                title = TitleWriter(
                    answer,
                    stored.title_call,
                    on_call_started=self._housekeeping.add_call,
                    show=reply.broadcast.set_title,
                    on_end=self.titles.discard,
                )
                self.titles.add(title)
        return answer, await self.follow(answer)

    def _reply_ended(self, reply: Reply) -> None:
        self.running.pop(reply.answer.pk, None)
        if reply.is_access_revoked:
            for title in [title for title in self.titles if title.answer.pk == reply.answer.pk]:
                title.stop()


def handle_absent_caller(task: asyncio.Task[tuple[Message, Broadcast]]) -> None:
    """Tell the reply that nobody reads it: the client disconnected while the question was stored."""
    if not task.cancelled() and task.exception() is None:
        _answer, broadcast = task.result()
        broadcast.notify_if_unread()
