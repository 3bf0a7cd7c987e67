"""The index of words on SQLite: an FTS5 table, and the triggers that keep it.

The triggers call a function that every connection of the site has. Django rebuilds a table to change it, which loses
its triggers and fails where a trigger names a table that is being rebuilt: they are dropped before each `migrate` and
created after it.
"""

import sqlite3
from contextlib import closing
from typing import Any

from django.core import checks
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func

from conversations.models.words import index_document
from conversations.search.entries import TEXT, TRIGGERS, Trigger

#: Without positions and sizes, which a search for words does not need.
CREATE_TABLE = """
CREATE VIRTUAL TABLE conversations_searchwords
USING fts5(words, detail=none, columnsize=0, tokenize="ascii tokenchars '/'")
"""
DROP_TABLE = "DROP TABLE conversations_searchwords"

TRIGGERS_OF_ENTRIES: list[Trigger] = [
    (
        "search_entry_inserted",
        "conversations_searchentry",
        "INSERT",
        "TRUE",
        [
            f"INSERT INTO conversations_searchwords (rowid, words) SELECT NEW.id, index_document(owner_id, {TEXT})"  # noqa: S608 (constants)
            " FROM conversations_conversation AS conversation WHERE conversation.id = NEW.conversation_id"
        ],
    ),
    (
        "search_entry_deleted",
        "conversations_searchentry",
        "DELETE",
        "TRUE",
        ["DELETE FROM conversations_searchwords WHERE rowid = OLD.id"],
    ),
]
ALL_TRIGGERS = TRIGGERS_OF_ENTRIES + TRIGGERS
#: The pages of the index that one step of `merge_index` writes.
MERGED_PAGES = 200


class Matches(Func):
    """Whether the entry with a key is found by a query."""

    arg_joiner = " IN (SELECT rowid FROM conversations_searchwords WHERE conversations_searchwords MATCH "
    template = "%(expressions)s)"
    output_field = BooleanField()


def check_fts5(**_options: Any) -> list[checks.CheckMessage]:
    """An error if the database is SQLite and Python's SQLite was built without FTS5."""
    if connection.vendor != "sqlite":
        return []
    try:
        with closing(sqlite3.connect(":memory:")) as memory:
            memory.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
    except sqlite3.OperationalError:
        hint = "Use a Python whose SQLite has FTS5, or PostgreSQL."
        return [checks.Error("The search needs FTS5, which this SQLite does not have.", hint, id="search.E001")]
    return []


def add_functions(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Give a new connection the function that the triggers call."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("index_document", 2, index_document, deterministic=True)


def create_triggers(connection: BaseDatabaseWrapper, triggers: list[Trigger] = ALL_TRIGGERS) -> None:
    with connection.cursor() as cursor:
        for name, table, event, condition, statements in triggers:
            body = "; ".join(statements)
            cursor.execute(
                f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON {table} WHEN {condition} BEGIN {body}; END"
            )


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name, *_rest in ALL_TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def merge_index(connection: BaseDatabaseWrapper) -> bool:
    """Do one step of writing the index again without the words of deleted texts. Returns whether there is more to do.

    FTS5 marks words as deleted and leaves them in their place until then. https://www.sqlite.org/fts5.html#the_merge_command
    """
    raw = connection.connection
    before = raw.total_changes
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_searchwords (conversations_searchwords, rank) VALUES ('merge', %s)",
            [-MERGED_PAGES],
        )
    return bool(raw.total_changes - before >= 2)


def write_query(terms_of_owners: list[list[str]]) -> str:
    """A query for the texts that have one of each list of terms; those that end in `*` are the beginnings of words."""
    return " AND ".join(
        "(" + " OR ".join(f'"{term[:-1]}" *' if term.endswith("*") else f'"{term}"' for term in terms) + ")"
        for terms in terms_of_owners
    )
