"""The upstream calls of a reply and their rows in Usage: inserted when Claude starts to answer, settled at the end."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chatsite.accounts.models import User
from chatsite.prepared import Insert, Select
from conversations.claude import client, prompt
from conversations.claude.models import Tokens, get_model
from conversations.models import Conversation, Message, MonthlySpending, Reservation, Usage
from conversations.models.months import month_of
from conversations.models.usage import lost

REPLY = Usage.Purpose.REPLY

#: What a call that was cut is taken to have produced: Claude's own count comes only at the end.
CHARACTERS_PER_TOKEN = 4
COUNTED = [
    "input_tokens", "output_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens",
    "state", "estimated", "cost",
]  # fmt: skip
# Rows that a checkpoint has inserted are updated, and of those only what was counted.
_STORE = Insert(lambda: Usage, replacing=COUNTED).run
# Looked for every few seconds.
_LOST = Select(lambda: Usage.objects.filter(lost(), state=Usage.State.OPEN).values_list("pk"))


@dataclass(slots=True)
class Call:
    """One upstream call: its row, what Claude has counted so far, whether it came to its end and was counted there.

    `longest`: how many tokens it was allowed to write.
    """

    usage: Usage
    tokens: Tokens
    longest: int
    whole: bool = False
    counted: bool = False
    inserted: bool = False

    @classmethod
    def begin(cls, answer: Message, started: client.MessageStarted, *, longest: int, purpose: str = REPLY) -> "Call":
        usage = Usage(
            user_id=answer.conversation.owner_id,
            conversation_id=answer.conversation_id,
            message_id=answer.pk,
            purpose=purpose,
            request_id=started.request_id,
            model=started.model,
        )
        _count(usage, started.tokens)
        return cls(usage, started.tokens, longest)

    def finish(self, finished: client.MessageFinished) -> None:
        self.tokens, self.whole, self.counted = finished.tokens, True, finished.is_counted


def most(request: client.Request) -> int | None:
    """What a call can cost at most, in millionths of a US dollar; None where no price is known."""
    prompt_tokens = prompt.most_tokens(request.messages, request.system, request.model)
    return get_model(request.model).max_cost(prompt_tokens, request.max_output, timezone.now().date())


def insert(calls: list[Call]) -> None:
    """Insert rows that may be there already. What they were for may be gone meanwhile; they stay."""
    rows = [call.usage for call in calls if not call.inserted]
    _keep_apart_from_what_is_gone(rows)
    Usage.objects.bulk_create(rows, ignore_conflicts=True)


def settle(calls: list[Call], characters: int, *, again: bool = False, kept: bool = False) -> int:
    """Complete the rows of calls that are over; returns what they cost beyond what was booked for them before.

    `characters` is what came of the last of them. `again`: where recovery may have settled them already. `kept`:
    where this transaction has written to their message, so that nothing they were for can be gone.
    """
    before = _cost(calls) if again else 0
    for call in calls:
        written = -(-characters // CHARACTERS_PER_TOKEN) if call is calls[-1] else 0
        _complete(call, written)
    if not kept:
        _keep_apart_from_what_is_gone([call.usage for call in calls if not call.inserted])
    for call in calls:
        _STORE(call.usage)
    return sum(call.usage.cost or 0 for call in calls) - before


def _complete(call: Call, written: int) -> None:
    if not call.counted:
        call.tokens = estimated(call.tokens, min(written, call.longest))
    row = call.usage
    _count(row, call.tokens)
    row.state = Usage.State.COMPLETE if call.whole else Usage.State.CUT
    row.estimated = not call.counted
    row.cost = get_model(row.model).cost(call.tokens, timezone.now().date())


def _cost(calls: list[Call]) -> int:
    # Locked: recovery may be completing them at this moment.
    rows = Usage.objects.select_for_update().order_by("pk")
    known = rows.filter(pk__in=[call.usage.pk for call in calls]).values_list("cost", flat=True)
    return sum(cost or 0 for cost in known)


def settle_lost() -> None:
    """Complete the rows of calls whose process is gone, from what was checkpointed, and give back the reservations."""
    for [pk] in _LOST.rows():
        with transaction.atomic():
            # Another process may be at it.
            mine = Usage.objects.select_for_update(of=("self",), skip_locked=True).select_related("message")
            if row := mine.filter(pk=pk, state=Usage.State.OPEN).first():
                _settle_lost(row)
    Reservation.settle_lost()


def _settle_lost(row: Usage) -> None:
    longest = min(settings.CHAT_MAX_TOKENS, get_model(row.model).max_output)
    call = Call(row, _tokens(row), longest, inserted=True)
    text = row.message.text if row.message and row.purpose == REPLY else ""
    month = month_of(row.created)
    MonthlySpending.book(month, cost=settle([call], len(text)))


def estimated(tokens: Tokens, written: int) -> Tokens:
    return replace(tokens, output=max(tokens.output, written))


def _tokens(row: Usage) -> Tokens:
    return Tokens(
        row.input_tokens,
        row.output_tokens,
        row.cache_write_5m_tokens,
        row.cache_write_1h_tokens,
        row.cache_read_tokens,
    )


def _count(row: Usage, tokens: Tokens) -> None:
    row.input_tokens, row.output_tokens = tokens.input, tokens.output
    row.cache_write_5m_tokens, row.cache_write_1h_tokens = tokens.cache_write_5m, tokens.cache_write_1h
    row.cache_read_tokens = tokens.cache_read


def _keep_apart_from_what_is_gone(rows: list[Usage]) -> None:
    messages = set(Message.objects.filter(pk__in=[row.message_id for row in rows]).values_list("pk", flat=True))
    for row in rows:
        if row.message_id not in messages:
            _orphan(row)


def _orphan(row: Usage) -> None:
    row.message_id = None
    if not Conversation.objects.filter(pk__in=[row.conversation_id]).exists():
        row.conversation_id = None
    if not User.objects.filter(pk__in=[row.user_id]).exists():
        row.user_id = None
