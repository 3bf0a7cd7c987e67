import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0027_open_messages_by_index'),
    ]

    # Changes nothing in the database: the column keeps its name.
    operations = [
        migrations.AlterField(
            model_name='idempotencykey',
            name='reply',
            field=models.ForeignKey(db_column='reply_id', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='conversations.message'),
        ),
        migrations.RenameField(
            model_name='idempotencykey',
            old_name='reply',
            new_name='message',
        ),
    ]
