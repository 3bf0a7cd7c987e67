"""What Claude thought as HTML, and for how long; empty for older answers, of which the first is made when they are shown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0010_sidebar"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="thinking_html",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="message",
            name="thinking_seconds",
            field=models.FloatField(editable=False, null=True),
        ),
    ]
