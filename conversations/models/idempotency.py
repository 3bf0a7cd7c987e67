"""A key that a client sends with a question or a retry, so that a repeat follows the same reply."""

import hashlib
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message
from conversations.models.refusals import KeyReused

#: Programs repeat a question within minutes, a laptop that was closed meanwhile within days.
KEPT = timedelta(days=7)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def past_use(self) -> Self:
        """Those whose question nobody repeats any more."""
        return self.filter(created__lt=timezone.now() - KEPT)


class IdempotencyKey(models.Model):
    """One key of one person: what was asked with it (as a digest) and the reply that it started."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    reply = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_key_per_person")]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def reply_for(cls, user_id: int, key: str, *asked: object) -> Message | None:
        """The reply that this key already started, or None; KeyReused when it was for something else."""
        if not key:
            return None
        used = cls.objects.select_related("reply__conversation").filter(user_id=user_id, key=key).first()
        if used is None:
            return None
        if used.digest != _digest(asked):
            raise KeyReused
        return used.reply

    @classmethod
    def remember(cls, user_id: int, key: str, reply: Message, *asked: object) -> None:
        if key:
            cls.objects.create(user_id=user_id, key=key, digest=_digest(asked), reply=reply)


def _digest(asked: tuple[object, ...]) -> str:
    return hashlib.sha256(repr([str(part) for part in asked]).encode()).hexdigest()
