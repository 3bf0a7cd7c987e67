"""An index of trigrams for the search in texts on PostgreSQL: 100 000 messages take milliseconds instead of a second.

SQLite reads as many in 0.2 s and gets no index. An answer is added to the index once, when it is finished. Otherwise each
checkpoint of a growing text would add all of its trigrams again.
"""

from collections.abc import Callable
from typing import Any

from django.db import migrations

CREATE = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX message_words ON conversations_message USING gin (UPPER(text) gin_trgm_ops) WHERE state <> 'writing';
"""
DROP = "DROP INDEX message_words;"


def _on_postgresql(statements: str) -> Callable[[Any, Any], None]:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements)

    return run


class Migration(migrations.Migration):

    dependencies = [("conversations", "0004_access_is_append_only")]

    operations = [migrations.RunPython(_on_postgresql(CREATE), _on_postgresql(DROP))]
