"""Content blocks become the truth for both roles, and an answer may wait for a person's decision.

The column `blocks` is renamed: stop the site before this migration, old processes would not find it.
"""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("conversations", "0005_search_in_texts")]

    operations = [
        migrations.RenameField("message", "blocks", "content"),
        migrations.AlterField(
            "message",
            "state",
            models.CharField(
                choices=[
                    ("writing", "being written"),
                    ("waiting", "waiting for a decision"),
                    ("complete", "complete"),
                    ("stopped", "stopped"),
                    ("interrupted", "interrupted"),
                    ("failed", "failed"),
                ],
                default="complete",
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            "message",
            "ending",
            models.CharField(
                blank=True,
                choices=[
                    ("", "none yet"),
                    ("finished", "Claude finished"),
                    ("stopped", "stopped by a person"),
                    ("abandoned", "nobody was reading"),
                    ("deleted", "the conversation was deleted"),
                    ("deactivated", "the account was deactivated"),
                    ("failed", "Claude or the connection to it failed"),
                    ("shutdown", "the server was stopped"),
                    ("lost", "the server went away"),
                ],
                max_length=12,
                verbose_name="ending",
            ),
        ),
        migrations.RemoveConstraint("message", "one_writing_per_conversation"),
        migrations.RemoveConstraint("message", "message_state_is_known"),
        migrations.AddConstraint(
            "message",
            models.UniqueConstraint(
                condition=Q(state__in=["writing", "waiting"]),
                fields=["conversation"],
                name="one_open_message_per_conversation",
            ),
        ),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(
                condition=Q(state__in=["writing", "waiting", "complete", "stopped", "interrupted", "failed"]),
                name="message_state_is_known",
            ),
        ),
    ]
