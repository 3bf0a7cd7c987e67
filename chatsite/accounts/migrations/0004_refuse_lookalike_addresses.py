"""Addresses of accounts are checked for characters that look like others. Changes nothing in the database."""

from django.db import migrations, models

import chatsite.accounts.addresses


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sessions_revoked_at")]
    operations = [
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(
                max_length=254,
                unique=True,
                validators=[chatsite.accounts.addresses.validate_address],
                verbose_name="e-mail address",
            ),
        ),
    ]
