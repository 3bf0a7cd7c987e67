"""Stores the turns that a program sends with its first question: up to ten thousand at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from conversations.models.attachment import Attachment
from conversations.models.content import extract_text, text_content
from conversations.models.message import Message
from conversations.models.question import EarlierTurn

#: A query has a deadline of some seconds (chatsite/server/postgresql/), and the search indexes each row.
ROWS_PER_STATEMENT = 1_000


def insert_earlier_turns(
    conversation: UUID, owner: int, turns: Sequence[EarlierTurn], parent: UUID | None
) -> UUID | None:
    """Store the turns, each below the one before, the first below `parent`; returns the id of the last one.

    Call it under the lock of the owner; raises FileGone.

    `bulk_create` would make an instance and an expression of each value: for ten thousand turns it holds SQLite's only
    lock for eight times as long.
    """
    fields = Message._meta.concrete_fields
    template = Message(conversation_id=conversation, finished=timezone.now())
    common = {field.attname: field.get_db_prep_save(field.pre_save(template, True), connection) for field in fields}
    # In the order of the turns, as if each had been stored at its own time.
    created = template.created - timedelta(microseconds=len(turns))
    ids = [pk for turn in turns for pk in turn.attachments]
    files = {file.pk: file for file in Attachment.objects.find_attachable(owner, ids)}
    rows, links = [], []
    for turn in turns:
        created += timedelta(microseconds=1)
        # A question holds a file once, however often it was sent.
        attached = list(dict.fromkeys(turn.attachments))
        content = [*(files[pk].as_block() for pk in attached), *text_content(turn.text)]
        pk, text = uuid4(), extract_text(content)
        own: dict[str, Any] = {"id": pk, "parent_id": parent, "role": turn.role, "content": content, "text": text}
        own["created"] = created
        parent = pk
        links += [Attachment.messages.through(message_id=pk, attachment_id=file) for file in attached]
        rows.append(
            [
                field.get_db_prep_save(own[field.attname], connection)
                if field.attname in own
                else common[field.attname]
                for field in fields
            ]
        )
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    values = ", ".join(["%s"] * len(fields))
    insert = f"INSERT INTO {quote(Message._meta.db_table)} ({columns}) VALUES ({values})"  # noqa: S608 (names of columns)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            cursor.executemany(insert, rows[start : start + ROWS_PER_STATEMENT])
    Attachment.messages.through.objects.bulk_create(links)
    return parent
