"""A better title for a new conversation, written by the small model beside the first reply. Started by the engine.

If it fails, the first words of the question remain the title.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings

from conversations.claude import client, prompt
from conversations.claude.errors import Failed
from conversations.models import Message, Refused, Usage
from conversations.models.months import this_month
from conversations.replies import alerts, storage
from conversations.replies.call import ReservedCall, Stopped, UpstreamCall
from conversations.replies.clean_title import clean_title

logger = logging.getLogger(__name__)

#: Seconds for the whole call.
MAX_SECONDS = 30
#: Tokens of a title, and further ones for a model whose thinking cannot be disabled.
TITLE_TOKENS, THINKING_TOKENS = 60, 1_000


def build_title_request(question: str) -> client.Request:
    """What is sent for a title: the question alone."""
    request = client.Request(
        model=settings.CHAT_TITLE_MODEL,
        messages=prompt.build_title_messages(question),
        system=prompt.TITLE_INSTRUCTIONS,
        max_tokens=TITLE_TOKENS,
        effort="low",
        single_turn=True,
    )
    return request if request.thinking_disabled else replace(request, max_tokens=TITLE_TOKENS + THINKING_TOKENS)


class TitleWriter:
    """One call and one ending. `show` is called once, with the title when it is stored, or with an empty text if there
    is none; `on_end` when all is done.
    """

    def __init__(
        self,
        answer: Message,
        planned: ReservedCall,
        *,
        on_call_started: Callable[[UpstreamCall], None],
        show: Callable[[str], None],
        on_end: Callable[["TitleWriter"], None],
    ) -> None:
        self.answer = answer
        self._show, self._on_end = show, on_end
        self._limit = planned.limit
        self._text = ""
        self._stop_reason = ""
        self._call = UpstreamCall(
            planned.request,
            answer,
            Usage.Purpose.TITLE,
            reservation=planned.reservation,
            on_started=on_call_started,
        )
        # An empty context, as for a reply: the request ends before this does.
        self._task = asyncio.create_task(self._supervise(), context=contextvars.Context())

    def stop(self) -> None:
        """Cancel the call; what it has used so far is settled."""
        self._call.stop()

    async def _supervise(self) -> None:
        """Write the title and store it. No exception passes; nothing cancels this task."""
        title = ""
        try:
            async with self._call as call:
                await call.stream(self._handle, MAX_SECONDS)
            written = clean_title(self._text) if self._stop_reason == "end_turn" else ""
            if written and await self._store(written):
                title = written
        except (Failed, Stopped, TimeoutError, Refused) as error:
            logger.info("No title for conversation %s: %r", self.answer.conversation_id, error)
        except Exception:
            logger.exception("No title for conversation %s.", self.answer.conversation_id)
        self._show(title)
        self._on_end(self)
        if self._limit is not None:
            await storage.run(alerts.warn_about_budget, this_month(), self._limit)

    async def _store(self, title: str) -> bool:
        """False when a person has named the conversation meanwhile."""
        set_title = self.answer.conversation.set_generated_title
        return await storage.run_until_stored(set_title, title, on_retry=lambda: None)

    def _handle(self, event: client.Event) -> None:
        match event:
            case client.TextDelta():
                self._text += event.text
            case client.MessageFinished():
                self._stop_reason = event.stop_reason
