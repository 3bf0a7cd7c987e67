"""Stores the turns that a program sends with its first question: up to ten thousand at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from conversations.models.content import extract_text, text_content
from conversations.models.message import Message
from conversations.models.question import EarlierTurn


def insert_earlier_turns(conversation: UUID, turns: Sequence[EarlierTurn], parent: UUID | None) -> UUID | None:
    """Store the turns, each below the one before, the first below `parent`; returns the id of the last one.

    `bulk_create` would make an instance and an expression of each value: for ten thousand turns it holds SQLite's only
    lock for eight times as long.
    """
    fields = Message._meta.concrete_fields
    template = Message(conversation_id=conversation, finished=timezone.now())
    common = {field.attname: field.get_db_prep_save(field.pre_save(template, True), connection) for field in fields}
    # In the order of the turns, as if each had been stored at its own time.
    created = template.created - timedelta(microseconds=len(turns))
    rows = []
    for turn in turns:
        created += timedelta(microseconds=1)
        content = text_content(turn.text)
        pk, text = uuid4(), extract_text(content)
        own: dict[str, Any] = {"id": pk, "parent_id": parent, "role": turn.role, "content": content, "text": text}
        own["created"] = created
        parent = pk
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
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(Message._meta.db_table)} ({columns}) VALUES ({values})", rows)  # noqa: S608 (names of columns)
    return parent
