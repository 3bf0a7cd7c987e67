"""The running replies of this process: started, followed, stopped, and ended when the process stops."""

import asyncio
import contextvars
import logging
import secrets
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from os import getpid
from typing import Any
from uuid import UUID

from django.conf import settings

from chatsite.accounts.models import User
from conversations.claude import client
from conversations.models import Conversation, Message, Question, Retry, ToolCall
from conversations.replies import access, erasure, model_refresh, storage, tools
from conversations.replies.broadcast import Broadcast
from conversations.replies.call import ReservedCall
from conversations.replies.decisions import Decision, ResumedAnswer, resume_expired, store_decision
from conversations.replies.end import read_end
from conversations.replies.housekeeping import Housekeeping
from conversations.replies.mirrors import Mirrors
from conversations.replies.reply import Reply
from conversations.replies.start import store_question
from conversations.replies.summaries import SummaryWriter, plan_summary_by_hand
from conversations.replies.titles import TitleWriter

logger = logging.getLogger(__name__)

#: Seconds of STOP_SECONDS that are left to uvicorn, which takes three (chatsite/server/__main__.py).
EXIT_SECONDS = 5
#: Seconds between two searches for calls of tools that nobody has decided about for too long.
EXPIRY_SECONDS = 60


class Draining(Exception):
    """The server is about to stop and takes no new questions."""


class Engine:
    """One in every process; `runner` is its name in the rows that it writes."""

    def __init__(self) -> None:
        self.runner = f"{socket.gethostname()[:40]}-{getpid()}-{secrets.token_hex(4)}"
        self.running: dict[UUID, Reply] = {}
        self.titles: set[TitleWriter] = set()
        self.summaries: set[SummaryWriter] = set()
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
            asyncio.create_task(self._keep_resuming_expired()),
            asyncio.create_task(model_refresh.keep_refreshing()),
            asyncio.create_task(access.keep_checking(self._list_broadcasts)),
            asyncio.create_task(erasure.keep_erasing()),
            asyncio.create_task(tools.update_functions()),
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
        interrupted: set[Reply | TitleWriter | SummaryWriter] = set()
        while (self.running or self.titles or self.summaries or self._starting) and clock() < self._store_until:
            for reply in {*self.running.values()} - interrupted:
                reply.stop(Message.Ending.SHUTDOWN)
            for writer in (self.titles | self.summaries) - interrupted:
                writer.stop()
            interrupted.update(self.running.values(), self.titles, self.summaries)
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
        conversation = conversation or Conversation.draft(user, question)
        return await self._start_reply(self._store_and_run(conversation, question, grace))

    async def retry(self, answer: Message, retry: Retry, *, grace: float | None) -> tuple[Message, Broadcast]:
        """Start another reply to the question of an answer; the rest as for `answer`."""
        return await self._start_reply(self._store_and_run(answer.conversation, retry, grace))

    async def decide(self, call: ToolCall, decision: Decision) -> tuple[Message, Broadcast]:
        """Store what a person decides about a call of a tool; with the last decision, its answer goes on.

        Raises Draining, Refused, and AlreadyDecided.
        """
        return await self._start_reply(self._store_decision_and_run(call, decision))

    async def summarize(self, answer: Message) -> str:
        """Have the turns above the last one of a branch summarised, which ends with this answer.

        Returns "", or the code of what went wrong. The summary is written to its end where the caller goes away.
        Raises Draining, Refused.
        """
        if self.refuses_questions:
            raise Draining
        plan = await storage.run(plan_summary_by_hand, answer)
        add_call, discard = self._housekeeping.add_call, self.summaries.discard
        writer = SummaryWriter(answer, plan, on_call_started=add_call, on_end=discard)
        self.summaries.add(writer)
        return await asyncio.shield(writer.task)

    async def follow(self, answer: Message) -> Broadcast:
        """The reply so far and as it grows, in whichever process it is written."""
        if answer.pk in self.running:
            return self.running[answer.pk].broadcast
        if answer.is_writing:
            return await self._mirrors.follow(answer)
        broadcast = Broadcast(answer.text)
        end, html = await storage.run(read_end, answer.pk)
        await broadcast.close(end, html)
        return broadcast

    async def stop(self, answer: Message) -> Broadcast:
        """Ask a reply to stop, in whichever process it is written; the broadcast ends when it has."""
        reply = self.running.get(answer.pk)
        if reply is not None:
            reply.stop(Message.Ending.STOPPED)
        # In the row too while a reply is being stored as waiting: it has nothing left to stop, and looks only there.
        if answer.is_open and (reply is None or reply.is_waiting):
            rows = Message.objects.filter(pk=answer.pk)
            await storage.run(rows.request_stop, Message.Ending.STOPPED)
        return await self.follow(answer)

    def _list_broadcasts(self) -> list[Broadcast]:
        """All that may have readers for longer than a moment."""
        return [*(reply.broadcast for reply in self.running.values()), *self._mirrors.list_open()]

    async def _start_reply(
        self, storing_and_running: Coroutine[Any, Any, tuple[Message, Broadcast]]
    ) -> tuple[Message, Broadcast]:
        """Store and start as one shielded step: a reader who leaves in between leaves no row without a task."""
        if self.refuses_questions:
            storing_and_running.close()
            raise Draining
        task = asyncio.create_task(storing_and_running, context=contextvars.Context())
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
            reply = self._run_reply(
                answer, stored.reply_call, opening=stored.opening, grace=grace, approval=request.approval
            )
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

    def _run_reply(self, answer: Message, call: ReservedCall, **options: Any) -> Reply:
        reply = Reply(
            answer,
            call,
            on_call_started=self._housekeeping.add_call,
            on_checkpoint_due=self._housekeeping.wake,
            on_end=self._reply_ended,
            **options,
        )
        self.running[answer.pk] = reply
        return reply

    async def _store_decision_and_run(self, call: ToolCall, decision: Decision) -> tuple[Message, Broadcast]:
        resumed = await storage.run(store_decision, call.pk, decision, self.runner)
        if resumed is None:
            answer = await storage.run(Message.objects.select_related("conversation__owner").get, pk=call.message_id)
        else:
            answer = self._run_resumed(resumed)
        return answer, await self.follow(answer)

    def _run_resumed(self, resumed: ResumedAnswer) -> Message:
        # To its end, whether somebody reads it or not: what was approved may have effects elsewhere.
        self._run_reply(resumed.answer, resumed.call, opening=resumed.opening, grace=None, step=resumed.step)
        return resumed.answer

    async def _keep_resuming_expired(self) -> None:
        while True:
            await asyncio.sleep(EXPIRY_SECONDS)
            if not self.refuses_questions:
                try:
                    for resumed in await storage.run(resume_expired, self.runner):
                        self._run_resumed(resumed)
                except Exception:
                    logger.exception("Calls that nobody decides about could not be denied.")

    def _reply_ended(self, reply: Reply) -> None:
        # Its answer may have waited, and be written by another reply by now.
        if self.running.get(reply.answer.pk) is reply:
            del self.running[reply.answer.pk]
        if reply.is_access_revoked:
            for title in [title for title in self.titles if title.answer.pk == reply.answer.pk]:
                title.stop()


def handle_absent_caller(task: asyncio.Task[tuple[Message, Broadcast]]) -> None:
    """Tell the reply that nobody reads it: the client disconnected while the question was stored."""
    if not task.cancelled() and task.exception() is None:
        _answer, broadcast = task.result()
        broadcast.notify_if_unread()
