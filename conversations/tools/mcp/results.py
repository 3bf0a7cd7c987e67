"""What an MCP server answers to a call, as content that Claude's API takes."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mcp import types

from conversations.claude.wire import scrub_text
from conversations.files.facts import Unreadable
from conversations.files.reading import run_in_thread, run_worker
from conversations.tools.mcp.errors import hide
from conversations.tools.mcp.limits import MAX_IMAGE, MAX_IMAGES
from conversations.tools.results import MAX_RESULT, ToolResult

IMAGE_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


async def read_result(result: types.CallToolResult, person: int, *secrets: str) -> ToolResult:
    """The texts and images of a result, in order, within the limits; a line stands for what is left out."""
    blocks: list[dict[str, Any]] = []
    images = 0
    for part in result.content:
        block: dict[str, Any] | None = None
        if isinstance(part, types.ImageContent) and images < MAX_IMAGES:
            block = await read_image(part, person)
            images += block is not None
        blocks.append(block or {"type": "text", "text": describe(part)})
    if result.structured_content is not None and not any(block["type"] == "text" for block in blocks):
        blocks.append({"type": "text", "text": json.dumps(result.structured_content, ensure_ascii=False)})
    return ToolResult(limit_text(blocks, lambda text: scrub_text(hide(text, *secrets))), result.is_error)


def describe(part: types.ContentBlock) -> str:
    """The text of a part, or a line that says what is left out."""
    match part:
        case types.TextContent():
            return part.text
        case types.ResourceLink():
            return f"[Link: {part.name}, {part.uri}]"
        case types.EmbeddedResource(resource=types.TextResourceContents() as resource):
            return f"[{resource.uri}]\n{resource.text}"
        case types.EmbeddedResource():
            return f"[A file is left out: {part.resource.uri}, {part.resource.mime_type or 'of unknown type'}]"
        case types.ImageContent():
            return "[An image is left out: it cannot be read, is too large, or is one of too many.]"
    return "[A sound is left out.]"


async def read_image(part: types.ImageContent, person: int) -> dict[str, Any] | None:
    """The block of an image, decoded and written again in a guarded process; None for what cannot be read.

    Claude's API refuses a request with a broken image, and so would refuse the conversation for ever.
    """
    if part.mime_type not in IMAGE_TYPES or len(part.data) > MAX_IMAGE * 4 // 3 + 4:
        return None
    try:
        return await run_in_thread(person, make_block, part.data)
    except (Unreadable, ValueError):
        return None


def make_block(data: str) -> dict[str, Any]:
    """The block of an image that is base64. Raises ValueError and Unreadable."""
    with TemporaryDirectory(prefix="chatsite-") as folder:
        file = Path(folder) / "image"
        file.write_bytes(b64decode(data, validate=True))
        facts = run_worker(file, "image")
        if facts.kind != "image":
            raise Unreadable("damaged")
        sent = b64encode((Path(folder) / "sent").read_bytes()).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": facts.sent_media_type, "data": sent}}


def limit_text(blocks: list[dict[str, Any]], clean: Callable[[str], str]) -> list[dict[str, Any]]:
    """The blocks with clean texts of MAX_RESULT characters together, without empty ones."""
    left, left_out, limited = MAX_RESULT, 0, []
    for block in blocks:
        if block["type"] == "text":
            text = clean(block["text"])
            left_out += max(0, len(text) - left)
            block = {"type": "text", "text": text[:left]}
            left -= len(block["text"])
            if not block["text"].strip():
                continue
        limited.append(block)
    if left_out:
        limited.append({"type": "text", "text": f"[The last {left_out} characters are left out.]"})
    return limited
