"""What is past its time: in the bin for too long, or untouched for too long. `manage.py purge` deletes it for good."""

from datetime import timedelta
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatsite.accounts.models import User
from conversations.models.batches import few_at_a_time
from conversations.models.message import Message

#: How long a conversation can be put back; after that `manage.py purge` deletes it for good.
KEPT_IN_BIN = timedelta(days=30)

T = TypeVar("T", bound=models.Model)


class RetentionQuerySet(models.QuerySet[T]):
    """The part of the queryset of conversations that says how long they are kept."""

    def past_their_bin(self) -> Self:
        """In the bin for so long that nobody can take them out again."""
        return self.filter(deleted__lt=timezone.now() - KEPT_IN_BIN)

    def past_retention(self) -> Self:
        """Without a new message for RETENTION_DAYS, those past their bin left out; none where that is 0."""
        if not settings.RETENTION_DAYS:
            return self.none()
        untouched = self.filter(updated__lt=timezone.now() - timedelta(days=settings.RETENTION_DAYS))
        return untouched.exclude(deleted__isnull=False, deleted__lt=timezone.now() - KEPT_IN_BIN)

    def at_rest(self) -> Self:
        """Those for which no reply is being written."""
        return self.exclude(messages__state=Message.State.WRITING)

    def purge(self) -> int:
        """Delete those at rest for good; returns how many. Usage and access records stay."""
        gone = 0
        for few in few_at_a_time(self.at_rest(), 20):
            # The lock that asking takes: no question arrives in what is being deleted.
            list(User.objects.select_for_update().filter(pk__in=few.values("owner")).order_by("pk"))
            keys: list[Any] = list(few.select_for_update().values_list("pk", flat=True))
            self.model._default_manager.filter(pk__in=keys).only("pk").delete()
            gone += len(keys)
        return gone
