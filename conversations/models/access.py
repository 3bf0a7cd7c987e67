"""A record of every time that staff read a conversation: who, whose, why. Records are never changed or deleted."""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models.conversation import Conversation
from conversations.models.message import Message


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    def for_owner(self, owner: User) -> Self:
        """Records about this person's conversations, newest first."""
        return self.filter(owner=owner).order_by("-created", "-pk")

    def with_addresses(self) -> Self:
        """Annotate `reader_email` and `owner_email`, None for a deleted user. An inner join would drop such records."""

        def email(column: str) -> Subquery:
            return Subquery(User.objects.filter(pk=OuterRef(column)).values("email"))

        return self.annotate(reader_email=email("reader_id"), owner_email=email("owner_id"))

    def update(self, **fields: Any) -> int:
        raise TypeError("Access records are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Access records are never deleted.")


class AccessRecord(models.Model):
    """One reading. It outlives the conversation and the people. PostgreSQL refuses to change or delete rows."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        SEARCHED = "searched", _("found by a search in texts")
        EXPORTED = "exported", _("exported")
        FILE = "file", _("opened a file")

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    conversation = models.ForeignKey(
        "Conversation", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    reason = models.CharField(_("reason"), max_length=300)
    words = models.CharField(_("words searched for"), max_length=200, blank=True)
    created = models.DateTimeField(_("when"), auto_now_add=True)

    objects = AccessRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ["-created", "-pk"]
        indexes = [
            # `for_owner`: the page "Who read my conversations".
            models.Index(fields=["owner", "-created"], name="access_by_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("Access records are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Access records are never deleted.")

    @classmethod
    def record(cls, kind: Kind, reader: User, conversation: Conversation, reason: str) -> None:
        """Store that a conversation or a file in it was opened, or that it was exported."""
        cls.objects.create(
            reader=reader, owner_id=conversation.owner_id, conversation=conversation, kind=kind, reason=reason
        )

    @classmethod
    def record_search(cls, reader: User, words: str, reason: str, messages: Iterable[Message]) -> None:
        """Store a record for each conversation whose messages are shown, or one without a conversation if none are."""
        owners: dict[UUID | None, int | None] = {
            message.conversation_id: message.conversation.owner_id for message in messages
        }
        if not owners:
            owners = {None: None}
        AccessRecord.objects.bulk_create(
            AccessRecord(
                reader=reader,
                owner_id=owner,
                conversation_id=conversation,
                kind=cls.Kind.SEARCHED,
                reason=reason,
                words=words,
            )
            for conversation, owner in owners.items()
        )
