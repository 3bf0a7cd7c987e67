"""A person's own conversations as one zip file, written while it is sent: no part of it is kept."""

import io
import logging
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from itertools import chain
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chatsite.accounts.models import ApiToken, User
from conversations.models import Attachment, Conversation, FilesUnavailable, MCPConnection, Usage
from conversations.presentation.details import can_see_costs
from conversations.presentation.exports import (
    build_file_name,
    encode_document,
    export_own_json,
    format_date,
    remove_costs,
    usage_to_dict,
)
from conversations.presentation.markdown_export import export_own_markdown

logger = logging.getLogger(__name__)


class Sink(io.RawIOBase):
    """What a zip file is written to; `take` returns what was written since the last call."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, chunk: bytes) -> int:  # type: ignore[override]
        self._chunks.append(bytes(chunk))
        return len(chunk)

    def take(self) -> bytes:
        taken = b"".join(self._chunks)
        self._chunks.clear()
        return taken


async def stream_all(person: User) -> AsyncGenerator[bytes]:
    """All that the site stores of a person: the account with its usage, all conversations, those in the bin too, and
    all files.
    """
    sink = Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        await sync_to_async(add_account)(archive, person)
        async for chunk in write_conversations(sink, archive, Conversation.objects.deletable_by(person)):
            yield chunk
        async for chunk in write_files(sink, archive, Attachment.objects.owned_by(person)):
            yield chunk
    yield sink.take()


async def stream_selection(person: User, ids: Collection[UUID]) -> AsyncGenerator[bytes]:
    """These conversations of the person, and their files. What is not theirs is left out, as if unknown."""
    sink = Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        selected = Conversation.objects.visible_to(person).filter(pk__in=ids)
        async for chunk in write_conversations(sink, archive, selected):
            yield chunk
        files = Attachment.objects.owned_by(person).filter(messages__conversation__in=selected).distinct()
        async for chunk in write_files(sink, archive, files):
            yield chunk
    yield sink.take()


async def write_conversations(
    sink: Sink, archive: ZipFile, conversations: QuerySet[Conversation]
) -> AsyncGenerator[bytes]:
    """Add each conversation as Markdown and as JSON; yields what was written before each of them."""
    for pk in await sync_to_async(list_keys)(conversations):
        yield sink.take()
        await sync_to_async(add_conversation)(archive, conversations, pk)


async def write_files(sink: Sink, archive: ZipFile, files: QuerySet[Attachment]) -> AsyncGenerator[bytes]:
    """Add each file as it was uploaded; yields what was written before each of them."""
    for pk in await sync_to_async(list_keys)(files):
        yield sink.take()
        await sync_to_async(add_file)(archive, files, pk)


def list_keys(rows: QuerySet[Conversation] | QuerySet[Attachment]) -> list[UUID]:
    return list(rows.order_by("created", "pk").values_list("pk", flat=True))


def add_file(archive: ZipFile, files: QuerySet[Attachment], pk: UUID) -> None:
    """Add one of these files, unless it was deleted meanwhile; its id is in the JSON of its conversation.

    What cannot be read has an entry that says so.
    """
    file = files.select_related("original").filter(pk=pk).first()
    if file is None:
        return
    name = f"files/{pk} " + file.name.replace("/", "_").replace("\\", "_")
    try:
        with suppress(FileNotFoundError):
            write_file(archive, name, file)
    except FilesUnavailable as error:
        # The response has begun: only the archive itself can say it.
        logger.error("A file cannot be exported: %s", error)
        sentence = _("This file could not be read, or only a part of it. Download everything again in a few minutes.")
        archive.writestr(f"{name} NOT READ.txt", sentence + "\n")


def write_file(archive: ZipFile, name: str, file: Attachment) -> None:
    """Raises FileNotFoundError, FilesUnavailable."""
    chunks = file.original.read()
    first = next(chunks, b"")
    part = ZipInfo(name, timezone.localtime().timetuple()[:6])
    # Images and PDFs are compressed already.
    part.compress_type = ZIP_DEFLATED if file.kind == Attachment.Kind.TEXT else ZIP_STORED
    with archive.open(part, "w") as opened:
        for chunk in chain([first], chunks):
            opened.write(chunk)


def add_account(archive: ZipFile, person: User) -> None:
    calls = Usage.objects.filter(user=person).order_by("created", "pk")
    usage = [usage_to_dict(call) for call in calls.iterator()]
    if not can_see_costs(person):
        remove_costs(usage)
    account = {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "language": person.language,
        "joined": format_date(person.date_joined),
        "last_login": format_date(person.last_login),
        "api_tokens": list(ApiToken.objects.owned_by(person).values_list("name", flat=True)),
        "connections": list_connections(person),
        "usage": usage,
    }
    archive.writestr("account.json", encode_document(account))


def list_connections(person: User) -> list[dict[str, str | None]]:
    """Where the person has signed in, without the tokens."""
    connections = MCPConnection.objects.owned_by(person).select_related("server").order_by("created")
    return [
        {"server": connection.server.title, "scope": connection.scope, "since": format_date(connection.created)}
        for connection in connections
    ]


def add_conversation(archive: ZipFile, conversations: QuerySet[Conversation], pk: UUID) -> None:
    """Add both files of one of these conversations, unless it was deleted meanwhile."""
    conversation = conversations.select_related("owner").filter(pk=pk).first()
    if conversation is None:
        return
    # The id keeps conversations with the same title apart.
    name = f"{conversation.created:%Y-%m-%d} {build_file_name(conversation)} {str(pk)[:8]}"
    archive.writestr(f"markdown/{name}.md", export_own_markdown(conversation))
    archive.writestr(f"json/{name}.json", export_own_json(conversation))
