"""What each call to Claude used and cost; it outlives the conversation and the person it was for."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message

#: Longer than any call may take, with its retries.
LOST_AFTER = timedelta(minutes=15)


class Usage(models.Model):
    """One upstream call: inserted when Claude starts to answer, completed when the call ends."""

    class Purpose(models.TextChoices):
        REPLY = "reply", _("reply")
        TITLE = "title", _("title")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        COMPLETE = "complete", _("complete")
        CUT = "cut", _("cut short")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    conversation = models.ForeignKey("Conversation", null=True, on_delete=models.SET_NULL, related_name="+")
    message = models.ForeignKey("Message", null=True, on_delete=models.SET_NULL, related_name="usage")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose, default=Purpose.REPLY)
    model = models.CharField(_("model"), max_length=80)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.OPEN)
    request_id = models.CharField(_("request id"), max_length=100, blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    cache_write_5m_tokens = models.PositiveIntegerField(_("written to the cache for 5 minutes"), default=0)
    cache_write_1h_tokens = models.PositiveIntegerField(_("written to the cache for 1 hour"), default=0)
    cache_read_tokens = models.PositiveIntegerField(_("read from the cache"), default=0)
    cost = models.BigIntegerField(
        _("cost"), null=True, help_text=_("In millionths of a US dollar; empty where the price is not known.")
    )
    estimated = models.BooleanField(
        _("estimated"), default=False, help_text=_("The call was cut before Claude sent the final count.")
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        indexes = [
            # The admin's list, and the sums of a month, which are made from the index alone.
            models.Index(fields=["created", "purpose", "model", "user", "cost"], name="usage_by_month"),
            # Recovery: calls whose process is gone.
            models.Index(fields=["message"], name="usage_open", condition=models.Q(state="open")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "complete", "cut"]), name="usage_state_is_known"
            ),
        ]
        permissions = [("view_person_usage", _("Can see what each person used and cost"))]

    def __str__(self) -> str:
        return f"{self.model} {self.created:%Y-%m-%d %H:%M}"

    @property
    def prompt_tokens(self) -> int:
        """All that was sent, cached or not."""
        return self.input_tokens + self.cache_write_5m_tokens + self.cache_write_1h_tokens + self.cache_read_tokens

    @property
    def cached_share(self) -> int:
        """How much of the prompt came from the cache, in percent."""
        return round(100 * self.cache_read_tokens / self.prompt_tokens) if self.prompt_tokens else 0


def lost() -> Q:
    """Which calls nobody will settle, because their process is gone: for rows with message, purpose and created.

    A reply says so itself once it is recovered. A title has no sign of life, and neither has a reply whose row is
    gone: only their age tells.
    """
    recovered = Q(message__ending=Message.Ending.LOST, purpose=Usage.Purpose.REPLY)
    over = Q(message=None) | ~Q(message__state=Message.State.WRITING)
    return recovered | Q(created__lt=Now() - LOST_AFTER) & over
