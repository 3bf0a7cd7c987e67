"""Reacts to signals of the accounts and the database, and adds a system check. Connected by the configuration."""

from typing import Any

from django.core import checks
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_delete, post_migrate, pre_delete, pre_migrate
from django.dispatch import receiver

from chatsite.accounts.models import User, user_deactivated
from conversations.models import Attachment, Conversation, Message, SearchEntry, StoredFile, ToolCall
from conversations.search import sqlite


@receiver(user_deactivated)
def stop_open_answers(user: User, **kwargs: Any) -> None:
    """Have the open answers of a deactivated person stopped; their writers look once a second."""
    Message.objects.filter(conversation__owner=user).request_stop(Message.Ending.DEACTIVATED)


@receiver(pre_delete, sender=Conversation)
def erase_tool_calls(instance: Conversation, **kwargs: Any) -> None:
    """Their rows outlive the conversation, their inputs and results do not."""
    ToolCall.objects.filter(conversation=instance).erase()


@receiver(post_delete, sender=Attachment)
def delete_bytes(instance: Attachment, **kwargs: Any) -> None:
    """Delete the contents that only this file had, once its deletion is certain."""
    keys = instance.stored_keys
    # Robust: the files are deleted, and `purge` finds what is left of them.
    transaction.on_commit(lambda: StoredFile.delete_unused(keys), robust=True)


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
