"""Puts the bytes of files into the messages of a call, just before it is made."""

import asyncio
import json
import secrets
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from conversations.models import Attachment
from conversations.models.content import find_file_ids, only_files

#: Bytes that are encoded at once: a multiple of three, and few enough not to hold the interpreter for a millisecond.
PIECE = 3 * 64 * 1024

_pool = ThreadPoolExecutor(2, thread_name_prefix="sending")

Messages = list[dict[str, Any]]
#: By their ids: what `Attachment.objects.of_contents` returns.
Files = dict[Any, Attachment]
#: The bytes that stand in the JSON of a request for each token in its messages, in pieces.
Parts = dict[str, list[bytes]]


def has_files(messages: Messages) -> bool:
    return any(only_files(message["content"]) for message in messages)


async def put_in_files(messages: Messages, files: Files) -> tuple[Messages, Parts]:
    """As `fill_messages`, in one of the few threads for that: 20 MB from a slow disk hold up nothing else."""
    return await asyncio.get_running_loop().run_in_executor(_pool, fill_messages, messages, files)


def fill_messages(messages: Messages, files: Files) -> tuple[Messages, Parts]:
    """The messages with each file as the API takes it; in place of its content is a token, and the parts have that.

    The client sends them together: to encode 20 MB as JSON would block the event loop. Raises FilesUnavailable.
    """
    parts: Parts = {}
    filled = [
        {**message, "content": [put_in_file(block, files, parts) for block in message["content"]]}
        for message in messages
    ]
    return filled, parts


def put_in_file(block: dict[str, Any], files: Files, parts: Parts) -> dict[str, Any]:
    """The block with a token in `parts`; with a sentence where the bytes are gone: deleted meanwhile, or lost.

    A document stays one, since citations in the messages count the documents. Raises FilesUnavailable.
    """
    if not only_files([block]):
        return block
    file = files.get(find_file_ids([block])[0])
    # Nobody can have written this into a text.
    token = secrets.token_hex(16)
    try:
        if file is None:
            raise FileNotFoundError
        parts[token] = read_pieces(file)
    except FileNotFoundError:
        if block["type"] == "document":
            lost = {"type": "text", "media_type": "text/plain", "data": "This file is not there any more."}
            return {**block, "source": lost}
        return {"type": "text", "text": f"[{block.get('title', 'An image')}: this file is not there any more.]"}
    # https://platform.claude.com/docs/en/api/messages
    source_type = "text" if file.kind == Attachment.Kind.TEXT else "base64"
    return {**block, "source": {"type": source_type, "media_type": file.sent_media_type, "data": token}}


def read_pieces(file: Attachment) -> list[bytes]:
    """What is sent of a file, as it stands in a string of JSON. Raises FileNotFoundError and FilesUnavailable."""
    pieces = file.sent_file.read(chunk=PIECE)
    if file.kind == Attachment.Kind.TEXT:
        return [json.dumps(b"".join(pieces).decode(errors="replace"), ensure_ascii=False)[1:-1].encode()]
    return [b64encode(piece) for piece in pieces]
