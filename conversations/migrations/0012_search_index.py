"""The index of the search: entries, the words beside them, and the triggers that keep both with every text.

It replaces the index of trigrams for staff (0005). On SQLite the triggers are created after the last migration.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from conversations.search import postgresql, sqlite

def create_index(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        schema_editor.execute(sqlite.CREATE_TABLE, params=None)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")
        collation = postgresql.ICU_COLLATION if cursor.fetchone() else ""
    schema_editor.execute("DROP INDEX IF EXISTS message_words", params=None)
    function = postgresql.WORDS_FUNCTION % {"collation": collation}
    schema_editor.execute(function + postgresql.ADD_WORDS + postgresql.CREATE_TRIGGERS, params=None)


def drop_index(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(sqlite.DROP_TABLE, params=None)
    else:
        schema_editor.execute(postgresql.DROP, params=None)


class Migration(migrations.Migration):

    dependencies = [("conversations", "0011_thinking_html_and_seconds")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created", models.DateTimeField()),
                ("model", models.CharField(blank=True, max_length=80)),
                ("has_code", models.BooleanField()),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="conversations.message",
                    ),
                ),
            ],
        ),
        migrations.RunPython(create_index, drop_index),
    ]
