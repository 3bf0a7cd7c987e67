"""The upstream calls of a reply and their rows in Usage: inserted when Claude starts to answer, settled at the end."""

from dataclasses import dataclass

from django.utils import timezone

from chatsite.accounts.models import User
from conversations import catalogue
from conversations.catalogue import Tokens
from conversations.models import Conversation, Message, Usage

#: What a call that was cut is taken to have produced: Claude's own count comes only at the end.
CHARACTERS_PER_TOKEN = 4
COUNTED = [
    "input_tokens", "output_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens",
    "state", "estimated", "cost",
]  # fmt: skip


@dataclass(slots=True)
class Call:
    """One upstream call: its row, what Claude has counted so far, whether it came to its end and was counted there."""

    usage: Usage
    tokens: Tokens
    whole: bool = False
    counted: bool = False
    inserted: bool = False

    @classmethod
    def begin(cls, answer: Message, request_id: str, model: str, tokens: Tokens) -> "Call":
        usage = Usage(
            user_id=answer.conversation.owner_id,
            conversation_id=answer.conversation_id,
            message_id=answer.pk,
            request_id=request_id,
            model=model,
        )
        _count(usage, tokens)
        return cls(usage, tokens)


def insert(calls: list[Call]) -> None:
    """Insert rows that may be there already. What they were for may be gone meanwhile; they stay."""
    rows = [call.usage for call in calls if not call.inserted]
    messages = set(Message.objects.filter(pk__in=[row.message_id for row in rows]).values_list("pk", flat=True))
    for row in rows:
        if row.message_id not in messages:
            _orphan(row)
    Usage.objects.bulk_create(rows, ignore_conflicts=True)


def settle(calls: list[Call], characters: int) -> None:
    """Complete the rows of calls that are over; `characters` is what came of the last of them."""
    insert(calls)
    for call in calls:
        row = call.usage
        if not call.counted:
            written = -(-characters // CHARACTERS_PER_TOKEN) if call is calls[-1] else 0
            call.tokens = estimated(call.tokens, written)
        _count(row, call.tokens)
        row.state = Usage.State.COMPLETE if call.whole else Usage.State.CUT
        row.estimated = not call.counted
        row.cost = catalogue.cost(row.model, call.tokens, timezone.now().date())
        # What it was for may be gone meanwhile: only what was counted is written.
        row.save(update_fields=COUNTED)


def settle_lost() -> None:
    """Complete the rows of calls whose process is gone, from what was checkpointed."""
    lost = Usage.objects.filter(state=Usage.State.OPEN, message__ending=Message.Ending.LOST)
    for row in lost.select_related("message"):
        tokens = Tokens(
            row.input_tokens,
            row.output_tokens,
            row.cache_write_5m_tokens,
            row.cache_write_1h_tokens,
            row.cache_read_tokens,
        )
        settle([Call(row, tokens, inserted=True)], len(row.message.text) if row.message else 0)


def estimated(tokens: Tokens, written: int) -> Tokens:
    return Tokens(tokens.input, max(tokens.output, written), tokens.write_5m, tokens.write_1h, tokens.read)


def _count(row: Usage, tokens: Tokens) -> None:
    row.input_tokens, row.output_tokens = tokens.input, tokens.output
    row.cache_write_5m_tokens, row.cache_write_1h_tokens = tokens.write_5m, tokens.write_1h
    row.cache_read_tokens = tokens.read


def _orphan(row: Usage) -> None:
    row.message_id = None
    if not Conversation.objects.filter(pk__in=[row.conversation_id]).exists():
        row.conversation_id = None
    if not User.objects.filter(pk__in=[row.user_id]).exists():
        row.user_id = None
