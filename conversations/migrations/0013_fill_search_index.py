"""Add the texts that were there before the index of the search.

In batches, each a transaction of its own: no lock is held for long, and what is interrupted can be repeated.
"""

from typing import Any

from django.db import migrations, transaction

from conversations.search import postgresql, sqlite
from conversations.search.entries import INSERT_MESSAGES, INSERT_TITLES

BATCH = 500
MISSING_MESSAGES = "NOT EXISTS (SELECT 1 FROM conversations_searchentry WHERE message_id = message.id)"
MISSING_TITLES = """NOT EXISTS (
    SELECT 1 FROM conversations_searchentry WHERE conversation_id = conversation.id AND message_id IS NULL
)"""


def fill_index(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        # Only these two: the others are created after the last migration.
        sqlite.create_triggers(connection, sqlite.TRIGGERS_OF_ENTRIES)
    add_entries(apps.get_model("conversations", "Conversation"), connection, INSERT_TITLES, MISSING_TITLES)
    add_entries(apps.get_model("conversations", "Message"), connection, INSERT_MESSAGES, MISSING_MESSAGES)
    if connection.vendor == "sqlite":
        sqlite.drop_triggers(connection)
    else:
        schema_editor.execute(postgresql.CREATE_INDEX)


def add_entries(model: Any, connection: Any, insert: str, missing: str) -> None:
    alias = model._meta.model_name
    statement = insert.replace("%", "%%").format(condition=f"{missing} AND {alias}.id BETWEEN %s AND %s")
    rows = model.objects.using(connection.alias).order_by("pk")
    last = None
    while batch := list((rows.filter(pk__gt=last) if last else rows).values_list("pk", flat=True)[:BATCH]):
        last = batch[-1]
        limits = [model._meta.pk.get_db_prep_value(key, connection) for key in (batch[0], last)]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(statement, limits)


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("conversations", "0012_search_index")]

    operations = [migrations.RunPython(fill_index, migrations.RunPython.noop)]
