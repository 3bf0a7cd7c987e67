"""Questions, and answers whose process went away, had only a text: it becomes their content.

In batches, each a transaction of its own, so that no lock is held for long and no memory grows with the table.
"""

from typing import Any

from django.db import migrations
from django.db.models import F, JSONField, Value
from django.db.models.functions import JSONArray, JSONObject

BATCH = 2_000


def fill_content(apps: Any, schema_editor: Any) -> None:
    Message = apps.get_model("conversations", "Message")
    messages = Message.objects.using(schema_editor.connection.alias).order_by("pk")
    content = JSONArray(JSONObject(type=Value("text"), text=F("text")), output_field=JSONField())
    last = None
    while True:
        rows = messages.filter(pk__gt=last) if last else messages
        batch = list(rows.values_list("pk", flat=True)[:BATCH])
        if not batch:
            break
        empty = messages.filter(pk__gte=batch[0], pk__lte=batch[-1], content=[]).exclude(text="")
        empty.exclude(state="writing").update(content=content)
        last = batch[-1]


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("conversations", "0006_content_and_waiting")]

    operations = [migrations.RunPython(fill_content, migrations.RunPython.noop)]
