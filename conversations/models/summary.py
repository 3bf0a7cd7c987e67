"""Summaries of older turns, which are sent to Claude in place of these. The turns themselves stay as they are."""

from collections.abc import Collection
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message


class SummaryQuerySet(models.QuerySet["Summary"]):
    def furthest_on(self, branch: list[UUID]) -> "Summary | None":
        """Of the summaries of a conversation, the one that reaches furthest down a branch: its messages, oldest first.

        All are read: they are few, and a branch may have more messages than a query may name.
        """
        if len(branch) < 2:  # nothing stands above a first question
            return None
        found = {summary.upto_id: summary for summary in self.order_by("created", "pk")}
        return next((found[pk] for pk in reversed(branch) if pk in found), None)

    def by_end(self, messages: Collection[UUID]) -> "dict[UUID, Summary]":
        """The newest summary that ends with each of these messages, where there is one."""
        return {summary.upto_id: summary for summary in self.filter(upto__in=messages).order_by("created", "pk")}


class Summary(models.Model):
    """A summary of the messages from the first question to `upto`. Every branch with that message can use it."""

    conversation = models.ForeignKey("Conversation", on_delete=models.CASCADE, related_name="summaries")
    upto = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    # Content blocks, as Claude returned them: a block of text, or one `compaction` block with its signature.
    content = models.JSONField(default=list)
    text = models.TextField(_("text"))
    model = models.CharField(_("model"), max_length=80)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def store(cls, upto: UUID, *, model: str, content: list[dict[str, object]], text: str) -> "Summary | None":
        """A new summary; None where its messages were deleted meanwhile."""
        with transaction.atomic():
            # The lock keeps a purge from deleting the message before the row is there.
            locked = Message.objects.select_for_update(no_key=True).filter(pk=upto)
            conversation = locked.values_list("conversation", flat=True).first()
            if conversation is None:
                return None
            # What is sent below is another amount now.
            counted = Message.objects.filter(conversation=conversation, context_tokens__isnull=False)
            counted.update(context_tokens=None)
            return cls.objects.create(
                conversation_id=conversation, upto_id=upto, model=model, content=content, text=text
            )
