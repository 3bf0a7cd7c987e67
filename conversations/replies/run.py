"""A reply as a sequence of steps: call Claude, and call again where Claude paused, until it is done.

Owned by a Reply. Tools will be run between two steps.
"""

import asyncio
import itertools
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from conversations.claude import client
from conversations.claude.errors import Failed
from conversations.models import Message, Refused, Reservation
from conversations.models.content import Content, text_content
from conversations.replies.broadcast import Broadcast
from conversations.replies.call import ReservedCall, Stopped, UpstreamCall

#: Seconds for all steps together.
MAX_SECONDS = 600
#: Characters of text.
MAX_TEXT = 200_000
#: How often Claude may pause before the answer counts as complete.
MAX_STEPS = 10
#: A call that failed before anything was shown is made again so often, unless Claude asks to wait for longer.
MAX_RETRIES, MAX_RETRY_SECONDS = 2, 10
THINKING_TYPES = {"thinking", "redacted_thinking"}


class Run:
    """Fills the broadcast with text and thinking, and `content` with the blocks of all steps."""

    def __init__(
        self,
        answer: Message,
        first_call: ReservedCall,
        broadcast: Broadcast,
        on_call_started: Callable[[UpstreamCall], None],
    ) -> None:
        self.answer = answer
        self.stop_reason = ""
        self.request_id = ""
        #: How long Claude has thought, in all blocks that are whole.
        self.thinking_seconds = 0.0
        self._request = first_call.request
        #: That of the first call, until it is made; each further call makes its own.
        self._reservation: Reservation | None = first_call.reservation
        self._broadcast = broadcast
        self._on_call_started = on_call_started
        self._blocks: Content = []
        # Where the open text block begins in the pieces of the broadcast, and the open thinking in its thoughts.
        self._text_start = 0
        self._thinking_start = 0
        # When the block that is open began: with the message, or where the block before ended.
        self._block_began = 0.0
        self._call: UpstreamCall | None = None
        self._stop_requested = asyncio.Event()
        self._deadline = asyncio.get_running_loop().time() + MAX_SECONDS

    async def execute(self) -> None:
        """Make the steps. Raises Failed, TimeoutError, and Stopped after `stop`; `content` is what there is by then."""
        first = self._request
        for _step in range(MAX_STEPS):
            await self._call_with_retries()
            if self.stop_reason != "pause_turn" or not self._blocks:
                break
            # Claude continues a paused turn when its own content comes back as the last message:
            # https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
            paused = {"role": "assistant", "content": list(self._blocks)}
            self._request = replace(first, messages=[*first.messages, paused])

    def stop(self) -> None:
        """End now; a call that streams is cancelled, one that is being settled is not."""
        self._stop_requested.set()
        if self._call is not None:
            self._call.stop()

    @property
    def content(self) -> Content:
        """The blocks so far, with those that are not whole yet. Open thinking is shown, but never sent again."""
        thinking = "".join(self._broadcast.thoughts[self._thinking_start :])
        open_thinking: Content = [{"type": "thinking", "thinking": thinking, "signature": ""}] if thinking else []
        open_text = "".join(self._broadcast.pieces[self._text_start :])
        return [*self._blocks, *open_thinking, *text_content(open_text)]

    async def _call_with_retries(self) -> None:
        """One call, made again at most twice when it fails before anything of it was shown."""
        for attempt in itertools.count(1):
            shown_before = self._progress
            try:
                return await self._make_call()
            except Failed as failure:
                wait = failure.retry_after if failure.retry_after is not None else backoff(attempt)
                may_retry = failure.is_transient and attempt <= MAX_RETRIES and wait <= MAX_RETRY_SECONDS
                if not may_retry or self._progress != shown_before:
                    raise
                status = {"attempt": attempt, "seconds": wait, "code": failure.code}
            self._broadcast.show_status("retrying", status)
            await self._pause(wait)

    @property
    def _progress(self) -> tuple[int, int, int]:
        return self._broadcast.length, len(self._broadcast.thoughts), len(self._blocks)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop_requested.wait()
        if self._stop_requested.is_set():
            raise Stopped

    async def _make_call(self) -> None:
        self.stop_reason = ""
        reservation, self._reservation = self._reservation, None
        self._call = UpstreamCall(
            self._request,
            self.answer,
            reservation=reservation,
            on_started=self._on_call_started,
            on_retry=self._broadcast.show_saving,
        )
        if self._stop_requested.is_set():
            self._call.stop()
        try:
            async with self._call as call:
                await call.stream(self._handle, self._deadline - asyncio.get_running_loop().time())
        except Refused:
            raise Failed("budget_spent") from None
        if not self.stop_reason:
            raise Failed("upstream_truncated")

    def _handle(self, event: client.Event) -> None:
        match event:
            case client.TextDelta():
                self._write(event.text)
            case client.ThinkingDelta():
                self._broadcast.think(event.thinking)
            case client.ContentBlock(block):
                self._blocks.append(block)
                now = asyncio.get_running_loop().time()
                if block.get("type") in THINKING_TYPES:
                    self.thinking_seconds += now - self._block_began
                self._block_began = now
                self._text_start = len(self._broadcast.pieces)
                self._thinking_start = len(self._broadcast.thoughts)
            case client.MessageStarted():
                self.request_id = event.request_id
                self._block_began = asyncio.get_running_loop().time()
            case client.MessageFinished():
                self.stop_reason = event.stop_reason

    def _write(self, text: str) -> None:
        broadcast = self._broadcast
        if self._text_start == len(broadcast.pieces) and broadcast.length:
            # An empty line separates two text blocks, as in `extract_text`.
            broadcast.write("\n\n")
            self._text_start += 1
        room = max(MAX_TEXT - broadcast.length, 0)
        broadcast.write(text[:room])
        if len(text) > room:
            raise Failed("reply_too_long")


def backoff(attempt: int) -> float:
    """Seconds to wait before the next attempt, where Claude named none."""
    return 0.5 * float(2 ** (attempt - 1)) * random.uniform(0.75, 1)  # noqa: S311 (spreads retries, guards nothing)
