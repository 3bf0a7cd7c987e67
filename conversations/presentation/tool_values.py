"""Inputs and results of tools as people read them: as text, with a name for each value, and never as JSON."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.models.content import Content, read_file_id

#: Of a longer text, people see the beginning first.
MAX_BEGINNING, MAX_LINES = 600, 12
#: Characters of a result in the page; its export has all.
MAX_RESULT = 10_000
#: Values in one another; what is deeper is left out.
MAX_DEPTH = 20
#: Images of these types are shown where they came with the result, and have at most so many characters as base64.
IMAGE_TYPES, MAX_IMAGE = {"image/png", "image/jpeg", "image/gif", "image/webp"}, 400_000
#: What conversations/tools/running.py puts around a text from outside, for Claude alone.
DELIMITED = re.compile(r"<outside_data>\n[^\n]*\n\n(.*)\n</outside_data>", re.DOTALL)
#: Characters that cannot be seen, or make others look as if they were in another order.
INVISIBLE = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text. `beginning`: where it is long, what people see first. `left_out`: how many characters follow it."""

    text: str
    beginning: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value of an input, with its name."""

    name: str
    value: ShownText


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image or another file of a result. `source` is empty where it is not shown, `url` where it has no page.

    `is_embedded`: it came with the result, and its owner can open it.
    """

    source: str
    url: str
    media_type: str
    is_embedded: bool = False


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of the web. `url` is empty where the address may not be a link; `address` is its text."""

    title: str
    address: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownResult:
    text: ShownText | None = None
    images: list[ShownImage] = field(default_factory=list)
    pages: list[ShownPage] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.images or self.pages)


def list_values(tool_input: dict[str, Any]) -> list[ShownValue]:
    """The values of an input, whole: people decide about them."""
    return [ShownValue(write_name(name), fold(write_value(value))) for name, value in tool_input.items()]


def show_result(content: str | Content) -> ShownResult:
    """The content of a `tool_result` block."""
    blocks: Content = [{"type": "text", "text": content}] if isinstance(content, str) else content
    text = "\n\n".join(filter(None, map(write_block, blocks)))
    images = [image for block in blocks if (image := show_image(block))]
    return ShownResult(fold(text, MAX_RESULT) if text else None, images)


def fold(text: str, max_length: int | None = None) -> ShownText:
    left_out = max(len(text) - max_length, 0) if max_length else 0
    text = make_visible(text[: len(text) - left_out])
    lines = text.split("\n")
    if len(text) <= MAX_BEGINNING and len(lines) <= MAX_LINES:
        return ShownText(text)
    beginning = "\n".join(lines[:MAX_LINES])[:MAX_BEGINNING]
    return ShownText(text, beginning, left_out)


def make_visible(text: str) -> str:
    """A text with the numbers of characters that could hide what it says."""
    return INVISIBLE.sub(lambda match: f"[U+{ord(match[0]):04X}]", text.replace("\r\n", "\n"))


def write_name(name: str) -> str:
    return make_visible(name.replace("_", " ").strip()) or "–"


def write_value(value: Any, depth: int = 0) -> str:
    """A JSON value as text; what is in lists and objects is indented."""
    if depth > MAX_DEPTH:
        return "…"
    match value:
        case None:
            return _("nothing")
        case bool():
            return _("yes") if value else _("no")
        case str() | list() | dict() if not value:
            return _("(empty)")
        case str():
            return value
        case list():
            return "\n".join(write_item("–", item, depth) for item in value)
        case dict():
            return "\n".join(write_item(f"{write_name(name)}:", item, depth) for name, item in value.items())
    return json.dumps(value)


def write_item(label: str, value: Any, depth: int) -> str:
    text = write_value(value, depth + 1)
    begins_below = "\n" in text or (isinstance(value, dict) and value)
    return f"{label}\n{indent(text, '  ')}" if begins_below else f"{label} {text}"


def write_block(block: dict[str, Any]) -> str:
    """A content block of a result as text; none for one that is shown as an image."""
    match block:
        case {"type": "text", "text": str(text)}:
            return DELIMITED.sub(lambda match: match[1], text)
        case {"type": "image"}:
            return ""
        case {"type": "document"} if read_file_id(block):
            return ""
    return write_value(without_ciphers(block))


def without_ciphers(value: Any) -> Any:
    """A value without the types of blocks, and what only Claude's API can read."""
    if isinstance(value, list):
        return [without_ciphers(item) for item in value]
    if isinstance(value, dict):
        return {name: without_ciphers(item) for name, item in value.items() if is_readable(name)}
    return value


def is_readable(name: str) -> bool:
    return name != "type" and not name.startswith("encrypted")


def show_image(block: dict[str, Any]) -> ShownImage | None:
    """An image that is in a block, or a file of this site; nothing is loaded from elsewhere."""
    if file := read_file_id(block):
        source = reverse("file-thumbnail", args=[file]) if block["type"] == "image" else ""
        return ShownImage(source, reverse("file", args=[file]), block["type"])
    if image := read_image(block):
        media_type, data = image
        source = f"data:{media_type};base64,{data}" if len(data) <= MAX_IMAGE else ""
        return ShownImage(source, "", media_type, is_embedded=True)
    return ShownImage("", "", "image") if block.get("type") == "image" else None


def find_image(content: Content, number: int) -> tuple[str, str] | None:
    """The type and the base64 of the image with this number, from 1, among those that `show_result` shows."""
    blocks = [block for block in content if show_image(block)]
    return read_image(blocks[number - 1]) if 1 <= number <= len(blocks) else None


def read_image(block: dict[str, Any]) -> tuple[str, str] | None:
    """The type and the base64 of an image that is in a block, if browsers can show it safely."""
    match block:
        case {"type": "image", "source": {"type": "base64", "media_type": str(media_type), "data": str(data)}}:
            return (media_type, data) if media_type in IMAGE_TYPES else None
    return None


def write_line(values: Iterable[ShownValue], max_length: int) -> str:
    """An input on one line."""
    text = ", ".join(f"{value.name}: {' '.join(value.value.text.split())}" for value in values)
    return text if len(text) <= max_length else f"{text[:max_length]}…"
