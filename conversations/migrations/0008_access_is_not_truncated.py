"""A second trigger on PostgreSQL refuses TRUNCATE of the access records, which fires no trigger of a row."""

from collections.abc import Callable
from typing import Any

from django.db import migrations

CREATE = """
CREATE TRIGGER access_record_is_not_truncated BEFORE TRUNCATE ON conversations_accessrecord
FOR EACH STATEMENT EXECUTE FUNCTION access_record_is_append_only();
"""
DROP = "DROP TRIGGER access_record_is_not_truncated ON conversations_accessrecord;"


def _on_postgresql(statements: str) -> Callable[[Any, Any], None]:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements)

    return run


class Migration(migrations.Migration):

    dependencies = [("conversations", "0007_fill_content")]

    operations = [migrations.RunPython(_on_postgresql(CREATE), _on_postgresql(DROP))]
