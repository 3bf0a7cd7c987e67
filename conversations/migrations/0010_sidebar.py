"""What the list of conversations shows: what is pinned, archived and unread."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0009_message_by_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "conversation", "pinned", models.DateTimeField(editable=False, null=True, verbose_name="pinned")
        ),
        migrations.AddField(
            "conversation", "archived", models.DateTimeField(editable=False, null=True, verbose_name="archived")
        ),
        migrations.AddField(
            "conversation", "read_at", models.DateTimeField(editable=False, null=True, verbose_name="read")
        ),
        migrations.AddIndex(
            "conversation",
            models.Index(
                fields=["owner", "-updated", "-id"],
                name="conversations_listed",
                condition=Q(deleted=None, archived=None),
            ),
        ),
        migrations.AddIndex(
            "conversation",
            models.Index(fields=["owner", "-pinned"], name="conversations_pinned", condition=Q(pinned__isnull=False)),
        ),
        migrations.AddIndex(
            "conversation",
            models.Index(
                fields=["owner", "-archived"], name="conversations_archived", condition=Q(archived__isnull=False)
            ),
        ),
    ]
