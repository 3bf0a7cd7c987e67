"""The nouns of the product, one a file."""

from conversations.models.access import AccessRecord
from conversations.models.attachment import Attachment, StoredFile
from conversations.models.budget import MonthlySpending, Reservation
from conversations.models.conversation import Conversation
from conversations.models.file_storage import FilesUnavailable
from conversations.models.idempotency import IdempotencyKey
from conversations.models.mcp_connection import MCPAuthorization, MCPConnection
from conversations.models.mcp_server import MCPServer
from conversations.models.message import Message
from conversations.models.preferences import Preferences
from conversations.models.question import EarlierTurn, Question, Retry
from conversations.models.refusals import (
    AnswerInBin,
    BudgetSpent,
    Busy,
    FileGone,
    HeadMoved,
    KeyReused,
    NothingToSummarize,
    PriceUnknown,
    Refused,
    TooManyRunning,
    TooManyTurns,
    UnknownMessage,
    Unsendable,
)
from conversations.models.search_entry import SearchEntry
from conversations.models.summary import Summary
from conversations.models.team import TeamSettings
from conversations.models.tool import Tool
from conversations.models.tool_call import ToolCall
from conversations.models.usage import Usage

__all__ = [
    "AccessRecord",
    "AnswerInBin",
    "Attachment",
    "BudgetSpent",
    "Busy",
    "Conversation",
    "EarlierTurn",
    "FileGone",
    "FilesUnavailable",
    "HeadMoved",
    "IdempotencyKey",
    "KeyReused",
    "MCPAuthorization",
    "MCPConnection",
    "MCPServer",
    "Message",
    "MonthlySpending",
    "NothingToSummarize",
    "Preferences",
    "PriceUnknown",
    "Question",
    "Refused",
    "Reservation",
    "Retry",
    "SearchEntry",
    "StoredFile",
    "Summary",
    "TeamSettings",
    "TooManyRunning",
    "TooManyTurns",
    "Tool",
    "ToolCall",
    "UnknownMessage",
    "Unsendable",
    "Usage",
]
