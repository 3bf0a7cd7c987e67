"""What each call to Claude used and cost; it outlives the conversation and the person it was for."""

import dataclasses
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message
from conversations.models.tokens import Tokens

#: Longer than any call may take.
LOST_AFTER = timedelta(minutes=15)
#: The counts of a call; each has a column with `_tokens` behind its name.
TOKEN_NAMES = [field.name for field in dataclasses.fields(Tokens)]


class Usage(models.Model):
    """One upstream call: inserted when Claude starts to answer, completed when the call ends."""

    class Purpose(models.TextChoices):
        REPLY = "reply", _("reply")
        TITLE = "title", _("title")
        SUMMARY = "summary", _("summary")

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
    web_searches = models.PositiveIntegerField(_("searches in the web"), default=0)
    cost = models.BigIntegerField(
        _("cost"), null=True, help_text=_("In millionths of a US dollar; empty where the price is not known.")
    )
    saved = models.BigIntegerField(
        _("saved by the cache"),
        default=0,
        help_text=_("In millionths of a US dollar: what the prompt would have cost more without the cache."),
    )
    # Why Claude could read less from the cache than it might have, in the words of its API, and how many tokens less.
    cache_miss = models.CharField(_("cache miss"), max_length=40, blank=True)
    cache_missed_tokens = models.PositiveIntegerField(_("missed in the cache"), default=0)
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
    def tokens(self) -> Tokens:
        return Tokens(**{name: getattr(self, f"{name}_tokens") for name in TOKEN_NAMES})

    @tokens.setter
    def tokens(self, tokens: Tokens) -> None:
        for name in TOKEN_NAMES:
            setattr(self, f"{name}_tokens", getattr(tokens, name))


def lost_calls() -> Q:
    """Calls that no process will settle, because theirs is gone: a condition on message, purpose and created.

    A reply is known to be lost once it is recovered. Titles and summaries have no heartbeat of their own, and
    neither has a reply whose row is deleted: these are lost when they are older than a call may be.
    """
    recovered = Q(message__ending=Message.Ending.LOST, purpose=Usage.Purpose.REPLY)
    over = Q(message=None) | ~Q(message__state__in=Message.OPEN_STATES)
    is_old = Q(created__lt=Now() - LOST_AFTER)
    return recovered | (is_old & over)
