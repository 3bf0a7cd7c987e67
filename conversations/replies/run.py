"""A reply as a sequence of steps: call Claude, run the tools that it calls, and call it again until it is done.

Owned by a Reply.
"""

import asyncio
import itertools
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from django.conf import settings

from conversations.claude import citations, client, prompt, tool_prompt
from conversations.claude.errors import Failed
from conversations.models import Message, Refused, Reservation, Usage
from conversations.models.question import Approval
from conversations.models.tokens import Tokens
from conversations.replies import storage
from conversations.replies.broadcast import Broadcast
from conversations.replies.call import ReservedCall, Stopped, UpstreamCall, max_cost
from conversations.replies.content_writer import ContentWriter
from conversations.replies.start import prepare_request
from conversations.replies.summaries import plan_summary, write_summary
from conversations.replies.tools import Waiting, run_calls
from conversations.tools import calls as tool_calls

#: Seconds for all steps together.
MAX_SECONDS = 600
#: A call that failed before anything was shown is made again so often, unless Claude asks to wait for longer.
MAX_RETRIES, MAX_RETRY_SECONDS = 2, 10
#: How much of the window a prompt may fill by our estimate that Claude has refused as too long: no token is shorter
#: than a byte, so that half of it always fits (see BYTES_PER_TOKEN in `files/limits.py`).
REFUSED_SHARE = 0.5


class Run:
    """The steps of one reply, written to `writer`. `step`: that after which it waited for a decision, if it has."""

    def __init__(
        self,
        answer: Message,
        first_call: ReservedCall,
        broadcast: Broadcast,
        on_call_started: Callable[[UpstreamCall], None],
        *,
        approval: Approval = Approval.PERSON,
        step: tool_calls.Step | None = None,
    ) -> None:
        self.answer = answer
        self.writer = ContentWriter(answer, broadcast, step.earlier if step else ())
        self._request = first_call.request
        #: That of the first call, until it is made; each further call makes its own.
        self._reservation: Reservation | None = first_call.reservation
        self._broadcast = broadcast
        self._on_call_started = on_call_started
        self._approval, self._step = approval, step
        self._calls_made = step.calls[0].step if step else 0
        #: Those of all calls; None before the first, and for an answer that has waited: earlier calls are not known.
        self.tokens: Tokens | None = None
        self._call: UpstreamCall | None = None
        self._has_shortened = False
        self._stop_requested = asyncio.Event()
        self._deadline = asyncio.get_running_loop().time() + MAX_SECONDS

    async def execute(self) -> None:
        """Make the steps. Raises Failed, TimeoutError, Stopped after `stop`, and Waiting for a person's decision.

        The content of `writer` is what there is by then.
        """
        try:
            if self._request.is_cut:
                await self._shorten()
            if self._step is not None:
                await self._use_tools(self._step)
            is_over = False
            while not is_over:
                is_over = await self._make_step()
        finally:
            # That of a call which was not made.
            await self._release_reservation()

    async def _make_step(self) -> bool:
        """Call Claude, and the tools that it asks for. Returns whether the answer is complete."""
        is_last = await self._is_last_call()
        await self._call_with_retries(is_last)
        self._calls_made += 1
        if self.writer.stop_reason == "tool_use":
            step = await self._store_and_read(
                tool_calls.propose, self.answer, self.writer.blocks, self._calls_made, self._approval, is_last
            )
            await self._use_tools(step)
            return is_last or not step.calls
        return (
            is_last or self.writer.stop_reason != "pause_turn" or not prompt.get_continued_content(self.writer.blocks)
        )

    async def _is_last_call(self) -> bool:
        """Whether the next call must be the last one, because the answer has no more steps or money left."""
        if not self._calls_made:
            return settings.CHAT_MAX_STEPS == 1
        if self._calls_made + 1 >= settings.CHAT_MAX_STEPS:
            return True
        return await self._store_and_read(tool_calls.sum_cost, self.answer) >= settings.CHAT_MAX_REPLY_COST * 1_000_000

    async def _use_tools(self, step: tool_calls.Step) -> None:
        """Run the calls that are approved. Raises Waiting where a person has to decide about others."""
        remaining = self._deadline - asyncio.get_running_loop().time()
        await run_calls(self.answer, step, self._broadcast, self._stop_requested, remaining)
        if self._stop_requested.is_set():
            raise Stopped
        if any(call.is_undecided for call in step.calls):
            raise Waiting
        self.writer.add_results(step)

    def stop(self) -> None:
        """End now; a call that streams is cancelled, one that is being settled is not."""
        self._stop_requested.set()
        if self._call is not None:
            self._call.stop()

    async def _call_with_retries(self, is_last: bool) -> None:
        """One call, made again at most twice when it fails before anything of it was shown."""
        for attempt in itertools.count(1):
            shown_before = self.writer.progress
            try:
                return await self._make_call(is_last)
            except Failed as failure:
                if failure.code == "too_large" and not (self._has_shortened or self.writer.blocks):
                    refused = self._request.messages
                    await self._shorten(is_refused=True)
                    if self._request.messages != refused:
                        continue
                wait = failure.retry_after if failure.retry_after is not None else backoff(attempt)
                may_retry = failure.is_transient and attempt <= MAX_RETRIES and wait <= MAX_RETRY_SECONDS
                if not may_retry or self.writer.progress != shown_before:
                    raise
                status = {"attempt": attempt, "seconds": wait, "code": failure.code}
            self._broadcast.show_status("retrying", status)
            await self._pause(wait)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop_requested.wait()
        if self._stop_requested.is_set():
            raise Stopped

    async def _make_call(self, is_last: bool) -> None:
        self.writer.stop_reason = ""
        reservation, self._reservation = self._reservation, None
        call = self._begin_call(self._build_request(is_last), reservation=reservation)
        try:
            async with call:
                await call.stream(self.writer.handle, self._deadline - asyncio.get_running_loop().time())
        except Refused:
            raise Failed("budget_spent") from None
        finally:
            if call.tokens is not None and self._step is None:
                self.tokens = (self.tokens or Tokens()) + call.tokens
        if not self.writer.stop_reason:
            raise Failed("upstream_truncated")

    def _build_request(self, is_last: bool) -> client.Request:
        """The request with what the answer has so far: Claude goes on where that ends.

        https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
        """
        can_use_tools = self._request.can_use_tools and not is_last
        request = replace(self._request, can_use_tools=can_use_tools, container=self.writer.container)
        blocks = prompt.get_continued_content(self.writer.blocks)
        self.writer.files = citations.list_files([*request.messages, {"content": blocks}])
        so_far = citations.restore_citations(blocks, self.writer.files)
        messages = [
            {"role": role, "content": content} for role, content in tool_prompt.split_by_role("assistant", so_far)
        ]
        return replace(request, messages=[*request.messages, *messages])

    def _begin_call(
        self, request: client.Request, purpose: str = Usage.Purpose.REPLY, reservation: Reservation | None = None
    ) -> UpstreamCall:
        self._call = UpstreamCall(
            request,
            self.answer,
            purpose,
            reservation=reservation,
            on_started=self._on_call_started,
            on_retry=self._broadcast.show_saving,
        )
        if self._stop_requested.is_set():
            self._call.stop()
        return self._call

    async def _shorten(self, *, is_refused: bool = False) -> None:
        """Have older turns summarised and build the request again. Without a summary more of them are left out.

        `is_refused`: Claude has refused the prompt as too long, so that its size was estimated too low.
        """
        self._has_shortened = True
        plan = await self._store_and_read(plan_summary, self.answer, is_refused)
        if plan is not None:
            self._broadcast.show_status("retrying", {"attempt": 1, "seconds": 0, "code": "too_large"})
            call = self._begin_call(plan.request, Usage.Purpose.SUMMARY)
            remaining = self._deadline - asyncio.get_running_loop().time()
            await write_summary(plan, call, remaining, on_retry=self._broadcast.show_saving)
        share = REFUSED_SHARE if is_refused else 1
        self._request = await self._store_and_read(prepare_request, self.answer, share)
        if self._reservation is not None and self._reservation.amount < (max_cost(self._request) or 0):
            await self._release_reservation()

    async def _release_reservation(self) -> None:
        reservation, self._reservation = self._reservation, None
        if reservation is not None:
            await self._store_and_read(reservation.settle, 0)

    async def _store_and_read(self, function: Callable[..., storage.T], *args: object) -> storage.T:
        """Run a function that uses the database, again and again while that is unavailable."""
        return await storage.run_until_stored(function, *args, on_retry=self._broadcast.show_saving)


def backoff(attempt: int) -> float:
    """Seconds to wait before the next attempt, where Claude named none."""
    return 0.5 * float(2 ** (attempt - 1)) * random.uniform(0.75, 1)  # noqa: S311 (spreads retries, guards nothing)
