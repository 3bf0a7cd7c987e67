"""What a tool that is a Python function may return, and how that becomes a result for Claude."""

import tempfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from pydantic_core import to_json

from chatsite.accounts.models import User
from conversations.files.facts import Facts, Unreadable
from conversations.files.reading import run_in_thread, run_worker, write
from conversations.files.uploads import MEGABYTE, UploadRefused, clean_name, create_attachment
from conversations.files.wording import describe_unreadable
from conversations.models import Attachment, Message
from conversations.tools.queries import run_query
from conversations.tools.results import ToolContext, ToolError, ToolResult, text_result


@dataclass(frozen=True, slots=True)
class ToolImage:
    """An image that Claude looks at, in any format that people may attach. Its bytes say which one it has."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ToolFile:
    """A file for the person, of a kind that people may attach. Claude learns its name and its address."""

    name: str
    data: bytes


async def to_result(value: Any, context: ToolContext) -> ToolResult:
    """Text as it is, an image, a file, or JSON of everything else. Raises ToolError where a file cannot be taken."""
    match value:
        case ToolResult():
            return value
        case str():
            return text_result(value)
        case None:
            return text_result("Done.")
        case ToolImage():
            return await show_image(value, context)
        case ToolFile():
            return await store_file(value, context)
    return text_result(to_json(value).decode())


async def show_image(image: ToolImage, context: ToolContext) -> ToolResult:
    """The image as an attached one is sent: checked, scaled, without what else was in the file."""
    with tempfile.TemporaryDirectory(prefix="chatsite-tool-") as folder:
        original = Path(folder) / "original"
        _digest, facts = await read_file(context.user, original, "The image", image.data)
        if facts.kind != Attachment.Kind.IMAGE:
            raise ToolError("The tool returned something that is not an image.")
        sent = await run_in_thread(context.user.pk, original.with_name("sent").read_bytes)
    source = {"type": "base64", "media_type": facts.sent_media_type, "data": b64encode(sent).decode()}
    return ToolResult([{"type": "image", "source": source}])


async def store_file(file: ToolFile, context: ToolContext) -> ToolResult:
    """Store the file as an attachment of the person that belongs to the answer, and is deleted with it."""
    name = clean_name(file.name)
    with tempfile.TemporaryDirectory(prefix="chatsite-tool-") as folder:
        original = Path(folder) / "original"
        digest, facts = await read_file(context.user, original, name, file.data)
        attachment = await run_query(create_file, context, name, original, digest, facts)
    return text_result(f"The person can open the file {name} at {reverse('file', args=[attachment.pk])}")


async def read_file(user: User, original: Path, name: str, data: bytes) -> tuple[str, Facts]:
    """Write the bytes to a file and have the worker read it; returns their SHA-256 too. Raises ToolError."""
    if len(data) > settings.MAX_FILE_MB * MEGABYTE:
        raise ToolError(f"{name} is too large: a file may have {settings.MAX_FILE_MB} MB.")
    digest = await run_in_thread(user.pk, write, original, [data])
    try:
        return digest, await run_in_thread(user.pk, run_worker, original, name)
    except Unreadable as error:
        raise ToolError(describe_unreadable(error, name)) from None


def create_file(context: ToolContext, name: str, original: Path, digest: str, facts: Facts) -> Attachment:
    try:
        attachment = create_attachment(context.user, name, original, digest, facts)
    except UploadRefused as refused:
        raise ToolError(str(refused)) from None
    # Otherwise it would be an upload that nobody has sent, which is deleted after a day.
    attachment.messages.add(Message.objects.get(pk=context.message))
    return attachment
