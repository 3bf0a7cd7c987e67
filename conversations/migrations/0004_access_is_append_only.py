"""A trigger on PostgreSQL refuses every change and deletion of an access record.

SQLite gets no trigger: it would be lost when Django rebuilds the table for a later migration.
"""

from collections.abc import Callable
from typing import Any

from django.db import migrations

CREATE = """
CREATE FUNCTION access_record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'access records are append-only';
END
$$;
CREATE TRIGGER access_record_is_append_only BEFORE UPDATE OR DELETE ON conversations_accessrecord
FOR EACH ROW EXECUTE FUNCTION access_record_is_append_only();
"""
DROP = """
DROP TRIGGER access_record_is_append_only ON conversations_accessrecord;
DROP FUNCTION access_record_is_append_only();
"""


def _on_postgresql(statements: str) -> Callable[[Any, Any], None]:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements)

    return run


class Migration(migrations.Migration):

    dependencies = [("conversations", "0003_costs_and_access")]

    operations = [migrations.RunPython(_on_postgresql(CREATE), _on_postgresql(DROP))]
