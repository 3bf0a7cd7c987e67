"""Images and documents in a request: what the real API refuses, how many tokens they have, and what they are."""

from __future__ import annotations

import io
from base64 import b64decode
from functools import lru_cache
from typing import Any

from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

IMAGE_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
MAX_SIDE = 8_000
MAX_PAGES, MAX_PAGES_SMALL_WINDOW, LARGE_WINDOW = 600, 100, 1_000_000
MAX_BREAKPOINTS = 4
PIXELS_PER_TOKEN, TOKENS_PER_PAGE, CHARACTERS_PER_TOKEN = 750, 2_300, 4
FIRST_WORDS = 8


class BadFile(ValueError):
    """What the API says of a file that it refuses."""


@lru_cache(maxsize=32)
def image_size(media_type: str, data: str) -> tuple[int, int]:
    """The pixels of an image, by its header. Raises BadFile."""
    if media_type not in IMAGE_FORMATS:
        raise BadFile("media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'")
    try:
        with Image.open(io.BytesIO(decode(data)), formats=[IMAGE_FORMATS[media_type]]) as image:
            size = image.size
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadFile("Could not process image") from error
    if max(size) > MAX_SIDE:
        raise BadFile("At least one of the image dimensions exceed max allowed size: 8000 pixels")
    return size


@lru_cache(maxsize=32)
def count_pages(data: str) -> int:
    """The pages of a PDF. Raises BadFile."""
    try:
        reader = PdfReader(io.BytesIO(decode(data)))
        if reader.is_encrypted:
            raise BadFile("The PDF specified is password protected.")
        return len(reader.pages)
    except (PyPdfError, RecursionError) as error:
        raise BadFile("The PDF specified was not valid.") from error


def decode(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except ValueError as error:
        raise BadFile("Invalid base64 data") from error


def files_of(content: list[Any]) -> list[dict[str, Any]]:
    return [block for block in content if isinstance(block, dict) and block.get("type") in ("image", "document")]


def find_error(body: dict[str, Any], window: int) -> str:
    """What the API refuses about the files of all messages; empty if nothing."""
    pages, citing = 0, set()
    for number, message in enumerate(body["messages"]):
        content = message["content"] if isinstance(message["content"], list) else []
        for index, block in enumerate(files_of(content)):
            where = f"messages.{number}.content.{index}"
            if message["role"] == "assistant":
                return f"{where}: `{block['type']}` blocks can only be in user messages"
            try:
                pages += check_file(block)
            except BadFile as error:
                return f"{where}.{block['type']}.source: {error}"
            if block["type"] == "document":
                citing.add(bool((block.get("citations") or {}).get("enabled")))
    limit = MAX_PAGES if window >= LARGE_WINDOW else MAX_PAGES_SMALL_WINDOW
    if pages > limit:
        return f"A maximum of {limit} PDF pages may be provided."
    if len(citing) > 1:
        return "Citations must be enabled for all documents or for none"
    return breakpoint_error(body)


def check_file(block: dict[str, Any]) -> int:
    """The pages of a file, 0 unless it is a PDF. Raises BadFile."""
    source = block.get("source") or {}
    source_type, media_type, data = source.get("type"), source.get("media_type"), source.get("data")
    if source_type == "base64" and block["type"] == "image":
        image_size(str(media_type), str(data))
        return 0
    if source_type == "base64" and media_type == "application/pdf":
        return count_pages(str(data))
    if source_type == "text" and media_type == "text/plain" and isinstance(data, str) and data:
        return 0
    raise BadFile("Input should be base64 or, for a document, text/plain")


def breakpoint_error(body: dict[str, Any]) -> str:
    contents = [message["content"] for message in body["messages"] if isinstance(message["content"], list)]
    contents += [body[name] for name in ("system", "tools") if isinstance(body.get(name), list)]
    count = sum("cache_control" in block for content in contents for block in content) + ("cache_control" in body)
    if count > MAX_BREAKPOINTS:
        return f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided. Found {count}."
    return ""


def count_file_tokens(block: dict[str, Any]) -> int:
    source = block["source"]
    if block["type"] == "image":
        width, height = image_size(source["media_type"], source["data"])
        return width * height // PIXELS_PER_TOKEN + 1
    if source["type"] == "text":
        return len(source["data"]) // CHARACTERS_PER_TOKEN + 1
    return count_pages(source["data"]) * TOKENS_PER_PAGE


def describe_files(content: list[Any]) -> str:
    """A list of what was sent, in Markdown; empty where there is nothing."""
    lines = list(map(describe_file, files_of(content)))
    return "You sent me:\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""


def describe_file(block: dict[str, Any]) -> str:
    source, name = block["source"], f"`{block.get('title') or 'document'}`"
    if block["type"] == "image":
        width, height = image_size(source["media_type"], source["data"])
        return f"an image of {width} × {height} pixels ({source['media_type']})"
    if source["type"] == "text":
        words = " ".join(source["data"].split()[:FIRST_WORDS])
        return f"{name}: a text of {len(source['data']):,} characters, which begins “{words}”"
    pages = count_pages(source["data"])
    return f"{name}: a PDF of {pages:,} {'page' if pages == 1 else 'pages'}"
