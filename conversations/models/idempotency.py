"""A key that a client sends with a question or a retry, so that a repeat follows the same answer."""

import hashlib
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message
from conversations.models.refusals import AnswerInBin, KeyReused

#: Programs repeat a question within minutes, a laptop that was closed meanwhile within days.
KEY_LIFETIME = timedelta(days=7)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def expired(self) -> Self:
        """Keys so old that no client repeats their question."""
        return self.filter(created__lt=timezone.now() - KEY_LIFETIME)


class IdempotencyKey(models.Model):
    """One key of one person: a digest of what was asked with it, and the message that it created."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    # The column keeps its old name: processes of the version before run until the migrations are done.
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_column="reply_id")
    created = models.DateTimeField(auto_now_add=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_key_per_person")]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def find_message(cls, user_id: int, key: str, fingerprint: tuple[object, ...]) -> Message | None:
        """The message that this key created, or None; raises AnswerInBin, and KeyReused for another question."""
        if not key:
            return None
        used = cls.objects.select_related("message__conversation").filter(user_id=user_id, key=key).first()
        if used is None:
            return None
        if used.digest != hash_fingerprint(fingerprint):
            raise KeyReused
        if used.message.conversation.deleted:
            raise AnswerInBin
        return used.message

    @classmethod
    def remember(cls, user_id: int, key: str, fingerprint: tuple[object, ...], message: Message) -> None:
        """Store which message a key created; does nothing without a key."""
        if key:
            cls.objects.create(user_id=user_id, key=key, digest=hash_fingerprint(fingerprint), message=message)


def hash_fingerprint(fingerprint: tuple[object, ...]) -> str:
    return hashlib.sha256(repr([str(part) for part in fingerprint]).encode()).hexdigest()
