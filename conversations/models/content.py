"""Content blocks of the Messages API: what a message holds. The text that people read is derived from them here only.

https://platform.claude.com/docs/en/api/messages
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, F, JSONField, Value, When
from django.db.models.functions import JSONArray, JSONObject

Content = list[dict[str, Any]]

#: In an UPDATE: the stored text as content, for rows whose writer never stored any.
CONTENT_FROM_TEXT = Case(
    When(text="", then=Value([], JSONField())),
    default=JSONArray(JSONObject(type=Value("text"), text=F("text")), output_field=JSONField()),
)


@dataclass(slots=True)
class SentMessage:
    """A message with only the columns that Claude is sent, and its place in the tree."""

    id: UUID
    parent_id: UUID | None
    role: str
    content: Content
    model: str


def text_content(text: str) -> Content:
    """A text as content; no block for an empty one, which the API refuses."""
    return [{"type": "text", "text": text}] if text else []


def extract_text(content: Content) -> str:
    """What people read and what search looks through: the text blocks, an empty line between two of them."""
    return "\n\n".join(block["text"] for block in content if block.get("type") == "text" and block["text"])


def extract_thinking(content: Content) -> str:
    """The summaries of Claude's thinking, an empty line between two of them."""
    return "\n\n".join(block["thinking"] for block in content if block.get("thinking"))
