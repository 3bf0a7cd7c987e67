"""How long conversations are kept. `manage.py purge` deletes those that were in the bin or untouched for too long."""

from datetime import timedelta
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations.models.asking import lock_people
from conversations.models.attachment import Attachment
from conversations.models.batches import in_batches
from conversations.models.message import Message

#: How long a conversation stays in the bin, from where it can be restored.
BIN_PERIOD = timedelta(days=30)

T = TypeVar("T", bound=models.Model)


class RetentionQuerySet(models.QuerySet[T]):
    """The methods of ConversationQuerySet that select conversations to purge."""

    def expired_in_bin(self) -> Self:
        """Conversations in the bin for longer than BIN_PERIOD."""
        return self.filter(deleted__lt=timezone.now() - BIN_PERIOD)

    def expired_by_age(self) -> Self:
        """Conversations without a new message for RETENTION_DAYS, without those expired in the bin.

        None if RETENTION_DAYS is 0.
        """
        if not settings.RETENTION_DAYS:
            return self.none()
        untouched = self.filter(updated__lt=timezone.now() - timedelta(days=settings.RETENTION_DAYS))
        return untouched.exclude(deleted__isnull=False, deleted__lt=timezone.now() - BIN_PERIOD)

    def without_running_reply(self) -> Self:
        return self.exclude(messages__state=Message.State.WRITING)

    def purge(self) -> int:
        """Delete the conversations without a running reply, with their files, and return how many.

        Usage and access records stay.
        """
        purged = 0
        # One at a time: a conversation may have thousands of messages, and nobody else can write meanwhile on SQLite.
        for batch in in_batches(self.without_running_reply(), 1):
            # The lock that asking takes: no question is added to a conversation that is being deleted.
            lock_people(batch.values_list("owner", flat=True))
            keys: list[Any] = list(batch.select_for_update().values_list("pk", flat=True))
            links = Attachment.messages.through.objects.filter(message__conversation__in=keys)
            files = list(links.values_list("attachment", flat=True))
            self.model._default_manager.filter(pk__in=keys).only("pk").delete()
            # Those that no other conversation holds.
            Attachment.objects.unsent().filter(pk__in=files).delete()
            purged += len(keys)
        return purged
