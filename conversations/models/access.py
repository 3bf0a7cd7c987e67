"""Who read whose conversations, and why: written with every reading, changed by nobody."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    def about(self, owner: User) -> models.QuerySet["AccessRecord"]:
        """The readings of this person's conversations, newest first."""
        return self.filter(owner=owner).order_by("-created", "-pk")

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
