"""All that the site stores of a person as one zip file, written while it is sent: no part of it is kept."""

import io
from collections.abc import AsyncGenerator
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from asgiref.sync import sync_to_async

from chatsite.accounts.models import ApiToken, User
from conversations.models import Conversation, Usage
from conversations.presentation.details import can_see_costs
from conversations.presentation.exports import (
    build_file_name,
    encode_document,
    export_own_json,
    export_own_markdown,
    format_date,
    remove_costs,
    usage_to_dict,
)


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


async def stream_archive(person: User) -> AsyncGenerator[bytes]:
    """A zip file: each conversation as Markdown and as JSON, those in the bin too, and the account with its usage."""
    sink = Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        await sync_to_async(add_account)(archive, person)
        for pk in await sync_to_async(list_conversations)(person):
            yield sink.take()
            await sync_to_async(add_conversation)(archive, person, pk)
    yield sink.take()


def list_conversations(person: User) -> list[UUID]:
    return list(Conversation.objects.deletable_by(person).order_by("created", "pk").values_list("pk", flat=True))


def add_account(archive: ZipFile, person: User) -> None:
    calls = Usage.objects.filter(user=person).order_by("created", "pk")
    usage = [usage_to_dict(call) for call in calls.iterator()]
    if not can_see_costs(person):
        remove_costs(usage)
    account = {
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "joined": format_date(person.date_joined),
        "last_login": format_date(person.last_login),
        "api_tokens": list(ApiToken.objects.owned_by(person).values_list("name", flat=True)),
        "usage": usage,
    }
    archive.writestr("account.json", encode_document(account))


def add_conversation(archive: ZipFile, person: User, pk: UUID) -> None:
    """Add both files of a conversation, unless it was purged meanwhile."""
    conversation = Conversation.objects.deletable_by(person).select_related("owner").filter(pk=pk).first()
    if conversation is None:
        return
    # The id keeps conversations with the same title apart.
    name = f"{conversation.created:%Y-%m-%d} {build_file_name(conversation)} {str(pk)[:8]}"
    archive.writestr(f"markdown/{name}.md", export_own_markdown(conversation))
    archive.writestr(f"json/{name}.json", export_own_json(conversation))
