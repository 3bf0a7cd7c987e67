"""Reacts to signals of the accounts and the database, and adds a system check. Connected by the configuration."""

from typing import Any

from django.core import checks
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

from chatsite.accounts.models import User, user_deactivated
from conversations.models import Message, SearchEntry
from conversations.search import sqlite


@receiver(user_deactivated)
def stop_open_answers(user: User, **kwargs: Any) -> None:
    """Have the open answers of a deactivated person stopped; their writers look once a second."""
    Message.objects.filter(conversation__owner=user).request_stop(Message.Ending.DEACTIVATED)


checks.register(sqlite.check_fts5)
connection_created.connect(sqlite.add_functions)


@receiver(pre_migrate)
def drop_triggers_of_search(sender: Any, using: str, **kwargs: Any) -> None:
    if sender.label == "conversations" and connections[using].vendor == "sqlite":
        sqlite.drop_triggers(connections[using])


@receiver(post_migrate)
def create_triggers_of_search(sender: Any, using: str, **kwargs: Any) -> None:
    """Nothing to do while the table does not exist: `migrate` can go back."""
    connection = connections[using]
    if sender.label != "conversations" or connection.vendor != "sqlite":
        return
    if SearchEntry._meta.db_table in connection.introspection.table_names():
        sqlite.create_triggers(connection)
