"""Gives `User.signed_out` the name of what it holds: the moment from which older sessions are no longer accepted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_cache_table")]
    operations = [
        migrations.RenameField(model_name="user", old_name="signed_out", new_name="sessions_revoked_at"),
        migrations.AlterField(
            model_name="user",
            name="sessions_revoked_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Sessions that began before this moment have ended.",
                null=True,
                verbose_name="signed out everywhere",
            ),
        ),
    ]
