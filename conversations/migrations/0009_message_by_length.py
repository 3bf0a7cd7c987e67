"""An index by which an answer is found from its text: of the turns that a program sends with its question."""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Length


class Migration(migrations.Migration):

    dependencies = [("conversations", "0008_access_is_not_truncated")]

    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                "conversation", Length("text"), name="message_by_length", condition=Q(finished__isnull=False)
            ),
        ),
    ]
