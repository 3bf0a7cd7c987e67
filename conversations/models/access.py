"""Who read whose conversations, and why: written with every reading, changed by nobody."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User

if TYPE_CHECKING:
    from conversations.models.conversation import Conversation
    from conversations.models.message import Message


def may_read(user: User | AnonymousUser) -> bool:
    """Whether someone may read what others wrote: staff to whom that was given. Superusers do not have it as such."""
    return isinstance(user, User) and user.is_staff and user.has_explicit_permission("conversations.read_transcripts")


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    def about(self, owner: User) -> Self:
        """The readings of this person's conversations, newest first."""
        return self.filter(owner=owner).order_by("-created", "-pk")

    def with_addresses(self) -> Self:
        """Each with `reader_email` and `owner_email`: no joins, which would lose the records of people who are gone."""

        def email(column: str) -> Subquery:
            return Subquery(User.objects.filter(pk=OuterRef(column)).values("email"))

        return self.annotate(reader_email=email("reader_id"), owner_email=email("owner_id"))

    def update(self, **fields: Any) -> int:
        raise TypeError("Access records are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Access records are never deleted.")


class AccessRecord(models.Model):
    """One reading. It outlives the conversation and the people: PostgreSQL refuses to change or delete a row."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        SEARCHED = "searched", _("found by a search in texts")
        EXPORTED = "exported", _("exported")

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
            # "Who read my conversations", in a person's settings.
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
    def opened(cls, reader: User, conversation: "Conversation", reason: str) -> None:
        cls._record(reader, conversation, cls.Kind.OPENED, reason)

    @classmethod
    def exported(cls, reader: User, conversation: "Conversation", reason: str) -> None:
        cls._record(reader, conversation, cls.Kind.EXPORTED, reason)

    @classmethod
    def searched(cls, reader: User, words: str, reason: str, found: Iterable["Message"]) -> None:
        """One record for each conversation of which something is shown; one without an owner when nothing is."""
        shown: dict[UUID | None, int | None] = {each.conversation_id: each.conversation.owner_id for each in found}
        about = {"reader": reader, "kind": cls.Kind.SEARCHED, "reason": reason, "words": words}
        AccessRecord.objects.bulk_create(
            AccessRecord(conversation_id=conversation, owner_id=owner, **about)
            for conversation, owner in (shown or {None: None}).items()
        )

    @classmethod
    def _record(cls, reader: User, conversation: "Conversation", kind: str, reason: str) -> None:
        cls.objects.create(
            reader=reader, owner_id=conversation.owner_id, conversation=conversation, kind=kind, reason=reason
        )
