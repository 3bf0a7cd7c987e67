"""A trigger on PostgreSQL keeps what calls of tools were: none is deleted, and what is over changes no more.

What such a call was about can be erased, and the people and conversations that it names can be deleted. SQLite gets no
trigger: it would be lost when Django rebuilds the table for a later migration.
"""

from collections.abc import Callable
from typing import Any

from django.db import migrations

CREATE = """
CREATE FUNCTION tool_call_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state IN ('proposed', 'approved', 'running') OR
            (NEW.id, NEW.step, NEW.position, NEW.block_id, NEW.tool, NEW.acts, NEW.is_untrusted, NEW.state,
             NEW.created, NEW.decided, NEW.started, NEW.finished)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.step, OLD.position, OLD.block_id, OLD.tool, OLD.acts, OLD.is_untrusted, OLD.state,
             OLD.created, OLD.decided, OLD.started, OLD.finished)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'calls of tools are kept as they were';
END
$$;
CREATE TRIGGER tool_call_is_kept BEFORE UPDATE OR DELETE ON conversations_toolcall
FOR EACH ROW EXECUTE FUNCTION tool_call_is_kept();
"""
DROP = """
DROP TRIGGER tool_call_is_kept ON conversations_toolcall;
DROP FUNCTION tool_call_is_kept();
"""


def _on_postgresql(statements: str) -> Callable[[Any, Any], None]:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statements)

    return run


class Migration(migrations.Migration):

    dependencies = [("conversations", "0024_mcp_connections")]

    operations = [migrations.RunPython(_on_postgresql(CREATE), _on_postgresql(DROP))]
