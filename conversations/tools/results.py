"""What a tool is given and what it returns. Used by every kind of tool."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chatsite.accounts.models import User
from conversations.claude.wire import scrub_text

#: Characters of text in a result; Claude is told that the rest is left out.
MAX_RESULT = 50_000


@dataclass(frozen=True, slots=True)
class ToolContext:
    """For whom a tool is called: the owner of the conversation, and the answer in which Claude calls it."""

    user: User
    conversation: UUID
    message: UUID
    call: UUID


@dataclass(frozen=True, slots=True)
class ToolResult:
    """Content blocks of the API, text and images, for the `content` of a `tool_result` block."""

    content: list[dict[str, Any]] = field(default_factory=list)
    is_error: bool = False


class ToolError(Exception):
    """A tool could not do what it was asked; its sentence goes to Claude and to the person."""


def text_result(text: str, *, is_error: bool = False) -> ToolResult:
    """A result of one text, as a database can store it, shortened to MAX_RESULT characters."""
    text = scrub_text(text)
    if len(text) > MAX_RESULT:
        left_out = len(text) - MAX_RESULT
        text = f"{text[:MAX_RESULT]}\n\n[The last {left_out} characters are left out.]"
    return ToolResult([{"type": "text", "text": text}] if text else [], is_error)
