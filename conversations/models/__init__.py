"""The nouns of the product, one a file."""

from conversations.models.access import AccessRecord
from conversations.models.budget import MonthlySpending, Reservation
from conversations.models.conversation import Conversation
from conversations.models.idempotency import IdempotencyKey
from conversations.models.message import Message
from conversations.models.preferences import Preferences
from conversations.models.question import EarlierTurn, Question, Retry
from conversations.models.refusals import (
    AnswerInBin,
    BudgetSpent,
    Busy,
    KeyReused,
    PriceUnknown,
    Refused,
    Stale,
    TooManyRunning,
    TooManyTurns,
    UnknownMessage,
)
from conversations.models.search_entry import SearchEntry
from conversations.models.team import TeamSettings
from conversations.models.usage import Usage

__all__ = [
    "AccessRecord",
    "AnswerInBin",
    "BudgetSpent",
    "Busy",
    "Conversation",
    "EarlierTurn",
    "IdempotencyKey",
    "KeyReused",
    "Message",
    "MonthlySpending",
    "Preferences",
    "PriceUnknown",
    "Question",
    "Refused",
    "Reservation",
    "Retry",
    "SearchEntry",
    "Stale",
    "TeamSettings",
    "TooManyRunning",
    "TooManyTurns",
    "UnknownMessage",
    "Usage",
]
