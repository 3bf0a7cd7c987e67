"""What the lists of a person's conversations are made of: what is pinned, archived and unread."""

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models.message import Message
from conversations.models.retention import RetentionQuerySet

T = TypeVar("T", bound=models.Model)


#: What a list shows of a conversation, and what its status is made of.
#: The last one is the message above the last question: there is something to summarise if there is one.
COLUMNS = (
    "id",
    "title",
    "updated",
    "pinned",
    "archived",
    "read_at",
    "head__state",
    "head__finished",
    "head__parent__parent",
)


def get_status(state: str | None, finished: datetime | None, read_at: datetime | None) -> str:
    """Of a conversation, by its last answer: `answering`, `waiting` for a decision of its owner, `unread` if they have
    not seen the end, or empty."""
    if state == Message.State.WAITING:
        return "waiting"
    if state == Message.State.WRITING:
        return "answering"
    return "unread" if finished and read_at and finished > read_at else ""


class ListQuerySet(RetentionQuerySet[T]):
    """The methods of ConversationQuerySet that lists are made of."""

    def listed_for(self, user: User) -> Self:
        """What this person has neither archived nor deleted, the newest first."""
        return self.filter(owner=user, deleted=None, archived=None).order_by("-updated", "-id")

    def archived_by(self, user: User) -> Self:
        """What this person has archived, the latest first."""
        return self.filter(owner=user, deleted=None, archived__isnull=False).order_by("-archived")

    def binned_by(self, user: User) -> Self:
        """What this person has put into the bin and may restore, the latest first."""
        return self.filter(owner=user, deleted__isnull=False).order_by("-deleted")

    def with_status(self) -> Self:
        """Read with each row what `Conversation.status` needs, past the long texts."""
        return self.select_related("head__parent").only(*COLUMNS)

    def mark_read(self, moment: datetime | None = None) -> None:
        """Note that their owner sees them now, or saw them at an earlier moment."""
        unread = self.filter(Q(read_at=None) | Q(head__finished__gt=F("read_at")))
        # Pages are read far more often than answers end: reading one writes nothing where there is nothing to note.
        if unread.exists():
            unread.update(read_at=moment or Now())


class Listed(models.Model):
    """What a conversation has for the lists: its title, and when its owner pinned it, archived it and last saw
    its end."""

    title = models.CharField(_("title"), max_length=200, blank=True)
    pinned = models.DateTimeField(_("pinned"), null=True, editable=False)
    archived = models.DateTimeField(_("archived"), null=True, editable=False)
    # Empty while only programs have asked in it.
    read_at = models.DateTimeField(_("read"), null=True, editable=False)

    head: "models.ForeignKey[Message | None]"

    class Meta:
        abstract = True

    def set_pinned(self, is_pinned: bool) -> None:
        self.pinned = timezone.now() if is_pinned else None
        # No error where the conversation is purged at this moment.
        type(self)._default_manager.filter(pk=self.pk).update(pinned=self.pinned)

    def set_archived(self, is_archived: bool) -> None:
        self.archived = timezone.now() if is_archived else None
        type(self)._default_manager.filter(pk=self.pk).update(archived=self.archived)

    def rename(self, title: str) -> None:
        type(self)._default_manager.filter(pk=self.pk).update(title=title)
        self.title = title

    def set_generated_title(self, title: str) -> bool:
        """Replace the title that it began with; False when a person has given one meanwhile."""
        unnamed = type(self)._default_manager.filter(pk=self.pk, title=self.title)
        return bool(unnamed.update(title=title))

    @property
    def status(self) -> str:
        return get_status(self.head.state, self.head.finished, self.read_at) if self.head else ""

    @property
    def is_summarizable(self) -> bool:
        """Whether there is a turn above the last one, which a summary can take the place of."""
        question = self.head.parent if self.head else None
        return question is not None and question.parent_id is not None
