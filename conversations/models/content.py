"""Content blocks of the Messages API: what a message holds. The text that people read is derived from them here only.

https://platform.claude.com/docs/en/api/messages
"""

from collections.abc import Iterator
from contextlib import suppress
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
    upstream_id: str = ""


def text_content(text: str) -> Content:
    """A text as content; no block for an empty one, which the API refuses."""
    return [{"type": "text", "text": text}] if text else []


def only_files(content: Content) -> Content:
    """The blocks that stand for attachments."""
    return [block for block in content if read_file_id(block)]


def find_file_ids(content: Content) -> list[UUID]:
    """The attachments that a content refers to, in their order."""
    return [pk for block in content if (pk := read_file_id(block))]


def read_file_id(block: dict[str, Any]) -> UUID | None:
    """The attachment that a block stands for; Claude's own files have ids of another form."""
    match block:
        case {"type": "image" | "document", "source": {"type": "file", "file_id": str(file_id)}}:
            with suppress(ValueError):
                return UUID(file_id)
    return None


def is_tool_block(block: dict[str, Any]) -> bool:
    """Whether a block is a call of a tool, of this site or of Claude's API, or what came of one."""
    return block.get("type") in {"tool_use", "tool_result"} or is_server_block(block)


def is_server_block(block: dict[str, Any]) -> bool:
    """Whether a block is a use of one of the API's own tools, or the result of one, known here or not."""
    kind = str(block.get("type"))
    return kind == "server_tool_use" or kind.endswith("_tool_result")


def is_server_error(block: dict[str, Any]) -> bool:
    """Whether the result of one of the API's own tools says that it has failed."""
    content = block.get("content")
    return isinstance(content, dict) and str(content.get("type")).endswith("_error")


def list_tool_uses(content: Content) -> Content:
    """The calls of this site's tools, in their order."""
    return [block for block in content if block.get("type") == "tool_use"]


def split_at_tools(content: Content) -> list[tuple[Content, Content]]:
    """Pairs of what stands before tools, and their blocks in a row; the last pair has none. Only text ends a row."""
    pairs: list[tuple[Content, Content]] = [([], [])]
    for block in content:
        before, tools = pairs[-1]
        if tools and is_tool_block(block):
            tools.append(block)
        elif block.get("type") == "tool_result":
            continue  # of a call in an earlier row, which text has ended
        elif is_tool_block(block):
            tools.append(block)
        elif tools and block.get("type") == "text" and block["text"]:
            pairs.append(([block], []))
        else:
            before.append(block)
    return pairs if not pairs[-1][1] else [*pairs, ([], [])]


def extract_text(content: Content) -> str:
    """What people read and what search looks through: the text of the text blocks."""
    return "".join(text for text, _block in text_pieces(content))


def text_pieces(content: Content) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each text block that is not empty, with its text.

    Blocks in a row are one text: Claude begins another one where a citation begins or ends. After other blocks, such as
    thinking, a text begins with an empty line.
    """
    separator, has_text = "", False
    for block in content:
        if block.get("type") != "text":
            separator = "\n\n" if has_text else ""
        elif block["text"]:
            yield separator + block["text"], block
            separator, has_text = "", True


def extract_thinking(content: Content) -> str:
    """The summaries of Claude's thinking, an empty line between two of them."""
    return "\n\n".join(block["thinking"] for block in content if block.get("thinking"))
