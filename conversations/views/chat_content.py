"""The content of a turn in the body of `POST /api/chat`: a text, or content blocks as the Messages API has them."""

import binascii
from base64 import b64decode
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

#: The ends of names for what comes without one: of a text, the end says what it is.
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
MAX_NAME = 255
#: Django raises an error at a file with one of these.
NO_NAMES = {"", ".", ".."}


class InvalidContent(ValueError):
    """A block that is not taken; the text says why."""


def read_content(content: str | list[Any] | None) -> tuple[str, list[SimpleUploadedFile]]:
    """The text of a turn, an empty line between two blocks, and its files. Raises InvalidContent."""
    if not isinstance(content, list):
        return content or "", []
    texts: list[str] = []
    files: list[SimpleUploadedFile] = []
    for block in content:
        match block:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case {"type": "image" | "document" as kind, "source": {} as source}:
                files.append(read_file(kind, source, block.get("title"), len(files) + 1))
            case _:
                raise InvalidContent(_("A content block must be a text, an image or a document."))
    return "\n\n".join(filter(None, texts)), files


def read_file(kind: str, source: dict[str, Any], title: Any, number: int) -> SimpleUploadedFile:
    match source:
        case {"type": "base64", "media_type": str(media_type), "data": str(data)} if media_type in EXTENSIONS:
            try:
                content = b64decode(data, validate=True)
            except (binascii.Error, ValueError):
                raise InvalidContent(_("The data of a file is not base64.")) from None
        case {"type": "text", "data": str(data)} if kind == "document":
            media_type, content = "text/plain", data.encode(errors="replace")
        case _:
            raise InvalidContent(
                _("The source of a file must be base64 of a PNG, JPEG, GIF, WebP or PDF, or for a document a text.")
            )
    name = title.rpartition("/")[2].strip() if isinstance(title, str) else ""
    if name in NO_NAMES:
        name = f"{kind} {number}.{EXTENSIONS[media_type]}"
    return SimpleUploadedFile(name[:MAX_NAME], content)
