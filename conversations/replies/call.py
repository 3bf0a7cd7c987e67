"""One call to Claude: reserve → stream → settle. The only way in which the engine calls Claude."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, Self

from django.db import IntegrityError, transaction
from django.utils import timezone

from chatsite.accounts.models import User
from conversations.claude import client, counts, server_tools
from conversations.claude.errors import Failed
from conversations.claude.models import get_model
from conversations.claude.prompt import estimate_prompt_tokens, max_prompt_tokens
from conversations.files.sending import has_files, put_in_files
from conversations.models import Attachment, Conversation, FilesUnavailable, Message, Reservation, TeamSettings, Usage
from conversations.models.tokens import Tokens
from conversations.replies import storage

logger = logging.getLogger(__name__)

#: What settling changes in a row that a checkpoint has inserted.
SETTLED_FIELDS = [
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "web_searches",
    "saved",
    "state",
    "estimated",
    "cost",
]


@dataclass(frozen=True, slots=True)
class ReservedCall:
    """A call before it is made: what is sent, what is reserved for it, and the month's limit at that moment.

    Without a reservation the call makes it itself.
    """

    request: client.Request
    reservation: Reservation | None
    limit: Decimal | None


class Stopped(Exception):
    """`stop` was called before the call was over."""


class UpstreamCall:
    """One HTTP request to Claude, with one reservation before it and one row of usage after it.

        async with UpstreamCall(request, answer) as call:
            await call.stream(handle)

    Entering reserves the most that the call may cost, unless a `reservation` was made for it before; raises
    BudgetSpent and PriceUnknown. Leaving records what the call has cost, however it ended.
    """

    def __init__(
        self,
        request: client.Request,
        answer: Message,
        purpose: str = Usage.Purpose.REPLY,
        *,
        reservation: Reservation | None = None,
        on_started: Callable[["UpstreamCall"], None] = lambda call: None,
        on_retry: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_started`: called when the row of usage can be inserted. `on_retry`: when the database is unavailable."""
        self.request, self.answer, self.purpose = request, answer, purpose
        self.usage: Usage | None = None
        #: The tokens that were stored with its usage; None until then.
        self.tokens: Tokens | None = None
        self.is_settled = False
        self._reservation = reservation
        self._on_started, self._on_retry = on_started, on_retry
        self._finished: client.MessageFinished | None = None
        self._characters = self._searches = 0
        self._is_stopped = False
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._reservation is None:
            self._reservation = await storage.run_until_stored(
                reserve, self.request, self.answer, self.purpose, on_retry=self._on_retry
            )
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await self._settle_until_stored()
        except Exception:
            # What is left is settled by recovery.
            logger.exception("The usage of a call for message %s cannot be stored.", self.answer.pk)

    async def _settle_until_stored(self) -> None:
        try:
            await storage.run_until_stored(self.settle, on_retry=self._on_retry)
        except IntegrityError:
            # What the call was for was deleted meanwhile.
            detach = partial(self.settle, detach=True)
            await storage.run_until_stored(detach, on_retry=self._on_retry)

    async def stream(self, handle: Callable[[client.Event], None], max_seconds: float) -> None:
        """Pass each event of the response to `handle`. Raises Failed, TimeoutError after `max_seconds`, Stopped.

        Claude is read in a task of its own, the only one that `stop` cancels: settling is never cut short.
        """
        if self._is_stopped:
            raise Stopped
        self._reading = asyncio.create_task(self._read(handle, max_seconds))
        await asyncio.wait([self._reading])
        if not self._reading.cancelled():
            self._reading.result()
        elif self._finished is None:
            raise Stopped

    def stop(self) -> None:
        """End the call now; the connection to Claude is closed at once."""
        self._is_stopped = True
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self, handle: Callable[[client.Event], None], max_seconds: float) -> None:
        request = self.request
        if has_files(request.messages):
            # Not kept in `self.request`: that lives for as long as the reply.
            contents = [message["content"] for message in request.messages]
            files = await storage.run_until_stored(Attachment.objects.of_contents, contents, on_retry=self._on_retry)
            # Not in the storage threads, which write the heartbeats.
            try:
                messages, parts = await put_in_files(request.messages, files)
            except FilesUnavailable as error:
                logger.error("The files of message %s cannot be sent: %s", self.answer.pk, error)
                raise Failed("files_unavailable", detail=str(error)) from None
            request = replace(request, messages=messages, parts=parts)
        async with asyncio.timeout(max_seconds), aclosing(client.stream(request)) as events:
            async for event in events:
                match event:
                    case client.TextDelta():
                        self._characters += len(event.text)
                    case client.ThinkingDelta():
                        self._characters += len(event.thinking)
                    case client.ContentBlock(block):
                        self._searches += is_billed_search(block)
                    case client.MessageStarted():
                        self._start(event)
                    case client.MessageFinished():
                        self._finished = event
                handle(event)

    def _start(self, started: client.MessageStarted) -> None:
        self.usage = Usage(
            user_id=self.answer.conversation.owner_id,
            conversation_id=self.answer.conversation_id,
            message_id=self.answer.pk,
            purpose=self.purpose,
            request_id=started.request_id,
            model=started.model,
            cache_miss=started.cache_miss,
            cache_missed_tokens=started.cache_missed_tokens,
        )
        self.usage.tokens = self._clamp(started.tokens)
        self._on_started(self)

    def _clamp(self, tokens: Tokens) -> Tokens:
        window = get_model(self.request.model).window * self.request.max_prompts
        return counts.clamp(tokens, window=window, max_output=self.request.max_output)

    def settle(self, *, detach: bool = False) -> None:
        """Complete the row of usage, release the reservation and add the cost to the month. Uses the database.

        `detach`: clear references to what is deleted, which raise IntegrityError otherwise.
        """
        with transaction.atomic():
            cost = 0
            tokens: Tokens | None = None
            if self.usage is not None:
                # A copy: where this fails, a checkpoint must not insert the call as settled before it is settled again.
                usage = copy(self.usage)
                if detach:
                    detach_deleted([usage])
                cost = self._store_usage(usage)
                # As `_store_usage` has corrected them.
                tokens = usage.tokens
            if self._reservation is not None:
                self._reservation.settle(cost)
        self.tokens = tokens
        self.is_settled = True

    def _store_usage(self, usage: Usage) -> int:
        """Store the row; returns the cost that was not recorded before."""
        # A checkpoint has inserted the row, unless the call was short. Recovery has settled it too, if this process was
        # considered stale.
        stored = Usage.objects.select_for_update().filter(pk=usage.pk).values_list("state", "cost").first()
        usage.estimated = True
        if self._finished is not None:
            usage.tokens = self._clamp(self._finished.tokens)
            usage.web_searches = min(self._finished.searches, self.request.max_searches)
            is_possible = (usage.tokens, usage.web_searches) == (self._finished.tokens, self._finished.searches)
            usage.estimated = not (self._finished.is_counted and is_possible)
            if usage.estimated:
                logger.warning("Request %s has no final count that can be true; it is estimated.", usage.request_id)
        if usage.estimated:
            request = self.request
            usage.tokens = counts.estimate(
                usage.tokens,
                prompt=estimate_prompt_tokens(request.messages, request.system, request.model, request.extra_tokens),
                characters=self._characters,
                max_output=request.max_output,
            )
            usage.web_searches = max(usage.web_searches, min(self._searches, request.max_searches))
        finalize_usage(usage, is_complete=self._finished is not None)
        Usage.objects.bulk_create([usage], update_conflicts=True, unique_fields=["id"], update_fields=SETTLED_FIELDS)
        state, cost = stored or (Usage.State.OPEN, None)
        recorded = 0 if state == Usage.State.OPEN else cost or 0
        return (usage.cost or 0) - recorded


def reserve_call(request: client.Request, answer: Message, purpose: str, limit: Decimal | None) -> ReservedCall:
    """Reserve a call inside a transaction; raises BudgetSpent and PriceUnknown."""
    return ReservedCall(request, Reservation.reserve(answer, purpose, max_cost(request), limit), limit)


def reserve(request: client.Request, answer: Message, purpose: str) -> Reservation:
    """Reserve the most that a call may cost; raises BudgetSpent and PriceUnknown."""
    limit = TeamSettings.current().monthly_limit
    with transaction.atomic():
        return Reservation.reserve(answer, purpose, max_cost(request), limit)


def max_cost(request: client.Request) -> int | None:
    """What a call can cost at most, in micro-dollars; None where no price is known."""
    sent = request.messages, request.system, request.model, request.extra_tokens
    further_tokens = server_tools.max_further_tokens(estimate_prompt_tokens(*sent), request.server_tools)
    return get_model(request.model).max_cost(
        max_prompt_tokens(*sent) + further_tokens,
        request.max_output,
        timezone.now().date(),
        hour_cached_tokens=len(request.system.encode()) if request.caches_system_for_an_hour else 0,
        searches=request.max_searches,
    )


def is_billed_search(block: dict[str, Any]) -> bool:
    """Whether a block is the result of a search in the web; the API does not bill those that failed."""
    return block.get("type") == "web_search_tool_result" and isinstance(block.get("content"), list)


def insert_usages(usages: list[Usage]) -> None:
    """Insert rows of calls that have started; those that are there already stay as they are."""
    detach_deleted(usages)
    Usage.objects.bulk_create(usages, ignore_conflicts=True)


def finalize_usage(usage: Usage, *, is_complete: bool) -> None:
    """Give a row the state and the cost of a call that is over; not stored."""
    usage.state = Usage.State.COMPLETE if is_complete else Usage.State.CUT
    model, day = get_model(usage.model), timezone.now().date()
    usage.cost = model.cost(usage.tokens, day, usage.web_searches)
    usage.saved = model.cache_savings(usage.tokens, day)


def detach_deleted(usages: list[Usage]) -> None:
    """Clear references to rows that are deleted meanwhile: usage outlives what it was for."""
    messages = set(Message.objects.filter(pk__in=[usage.message_id for usage in usages]).values_list("pk", flat=True))
    for usage in usages:
        if usage.message_id not in messages:
            usage.message_id = None
            if not Conversation.objects.filter(pk__in=[usage.conversation_id]).exists():
                usage.conversation_id = None
            if not User.objects.filter(pk__in=[usage.user_id]).exists():
                usage.user_id = None
