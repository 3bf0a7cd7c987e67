"""A better title for a new conversation, written by the small model beside the first reply. Started by the engine.

Nobody waits for it: whatever goes wrong, the first words of the question stay the title.
"""

import asyncio
import contextvars
import logging
import re
from collections.abc import Callable
from contextlib import aclosing

from django.db import InterfaceError, OperationalError, transaction

from conversations.claude import client
from conversations.claude.errors import Failed
from conversations.models import Message, Usage
from conversations.replies import alerts, storage
from conversations.replies.beginning import Planned
from conversations.replies.calls import Call, insert, settle

logger = logging.getLogger(__name__)

#: Seconds for the whole call.
PATIENCE = 30
#: Characters; more than this is an answer and no title.
LONGEST_TITLE = 100
LABEL = re.compile(r"^(title|titel|titre|título|titolo)\s*:\s*", re.IGNORECASE)
#: What models like to put around a title: quotation marks, and the marks of a heading or of bold type.
WRAPPING = " \t\"'`*#_“”„«»‘’‹›「」"


class Title:
    """One call and one ending. `show` is told the title once it is stored, `on_over` that all is done."""

    def __init__(
        self, answer: Message, planned: Planned, *, show: Callable[[str], None], on_over: Callable[["Title"], None]
    ) -> None:
        self.answer, self._reservation = answer, planned.reservation
        self._show, self._on_over = show, on_over
        self._call: Call | None = None
        self._text = ""
        # An empty context, as for a reply: the request ends before this does.
        context = contextvars.Context()
        self._reading = asyncio.create_task(self._read(planned.request), context=context)
        self._owner = asyncio.create_task(self._own(), context=context)

    def stop(self) -> None:
        """Do without; what the call has used so far is settled."""
        self._reading.cancel()

    async def _read(self, request: client.Request) -> str:
        """The title, or what ought to be one; raises Failed."""
        stop_reason = ""
        async with asyncio.timeout(PATIENCE), aclosing(client.stream(request)) as events:
            async for event in events:
                match event:
                    case client.MessageStarted():
                        self._call = Call.begin(
                            self.answer, event, longest=request.max_output, purpose=Usage.Purpose.TITLE
                        )
                        await storage.run(insert, [self._call])
                        self._call.inserted = True
                    case client.TextDelta(text):
                        self._text += text
                    case client.Retrying(code=code):
                        # One call was reserved, and a title is not worth another.
                        raise Failed(code)
                    case client.MessageFinished(stop_reason) if self._call:
                        self._call.finish(event)
        return self._text if stop_reason == "end_turn" else ""

    async def _own(self) -> None:
        """Wait for the call to be over, however that comes, and settle it. Nothing raises past this."""
        await asyncio.wait([self._reading])
        title, pause = cleaned(self._outcome()), 0.1
        while True:
            try:
                if await storage.run(self._store, title):
                    self._show(title)
                break
            except (OperationalError, InterfaceError):
                await asyncio.sleep(pause)
                pause = min(2 * pause, 2)
            except Exception:
                # Recovery settles what is left.
                logger.exception("The title of conversation %s cannot be stored.", self.answer.conversation_id)
                break
        self._on_over(self)
        if self._reservation.limited:
            await storage.run(alerts.budget_is_nearly_spent, self._reservation.month_id)

    def _outcome(self) -> str:
        if self._reading.cancelled():
            return ""
        if (error := self._reading.exception()) is None:
            return self._reading.result()
        unforeseen = not isinstance(error, Failed | TimeoutError)
        logger.log(
            logging.ERROR if unforeseen else logging.INFO,
            "No title for conversation %s: %s",
            self.answer.conversation_id,
            error or "no answer in time",
            exc_info=error if unforeseen else None,
        )
        return ""

    def _store(self, title: str) -> bool:
        """Settle the call, and name the conversation unless a person has; True where that was done."""
        with transaction.atomic():
            named = bool(title) and self.answer.conversation.entitle(title)
            calls = [self._call] if self._call else []
            self._reservation.settle(settle(calls, len(self._text), again=True))
        return named


def cleaned(text: str) -> str:
    """A title out of what the model wrote: its first line without what is around it; empty where it is none."""
    line = next((line for line in text.splitlines() if line.strip(WRAPPING)), "")
    bare = LABEL.sub("", line.strip(WRAPPING)).strip(WRAPPING)
    title = " ".join("".join(character for character in bare if character.isprintable()).split()).removesuffix(".")
    return title if len(title) <= LONGEST_TITLE and any(map(str.isalnum, title)) else ""
