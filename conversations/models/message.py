"""One turn of a conversation: a person's question or Claude's answer, and how the writing of it went."""

import uuid
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from chatsite.prepared import Insert, Select, Update, parameters
from conversations.models.permissions import can_read_transcripts

#: A writer that has given no sign of life for this long is taken for dead.
STALE_AFTER = timedelta(seconds=10)


class MessageQuerySet(models.QuerySet["Message"]):
    def owned_by(self, user: User) -> Self:
        """The messages of this person's conversations, those in the bin left out."""
        return self.filter(conversation__owner=user, conversation__deleted=None)

    def visible_to(self, user: User) -> Self:
        """What this person may look at."""
        return self.owned_by(user)

    def editable_by(self, user: User) -> Self:
        """What this person may stop, retry and edit."""
        return self.owned_by(user)

    def readable_by(self, reader: User) -> Self:
        """What staff may search for a reason; nothing without the permission."""
        return self if can_read_transcripts(reader) else self.none()

    def writing(self) -> Self:
        return self.filter(state=Message.State.WRITING)

    def stale(self) -> Self:
        """Replies whose writer is gone, by the database's clock."""
        return self.writing().filter(heartbeat__lt=Now() - STALE_AFTER)

    def copy_below(self, parent: UUID, path: list[UUID]) -> UUID:
        """Copy turns that follow one another below another parent; returns the id of the last copy."""
        found = self.in_bulk(path)
        copies = [found[each] for each in path]
        created = [copy.created for copy in copies]
        ids = {each: uuid.uuid4() for each in path}
        for copy in copies:
            copy.pk, copy.parent_id = ids[copy.pk], parent
            if copy.sent_from_id in ids:
                copy.sent_from_id = ids[copy.sent_from_id]
            parent = copy.pk
        self.bulk_create(copies)
        # Inserting dates them anew; what was said was said then.
        for copy, when in zip(copies, created, strict=True):
            copy.created = when
        self.bulk_update(copies, ["created"], batch_size=200)
        return parent

    def request_stop(self, ending: str) -> int:
        """Leave a note for whichever process writes these replies; the first note stays."""
        return self.filter(stop_requested="").update(stop_requested=ending)


class Message(models.Model):
    """A node of the conversation's tree. Editing and trying again add siblings; nothing is overwritten."""

    class Role(models.TextChoices):
        USER = "user", _("person")
        ASSISTANT = "assistant", _("Claude")

    class State(models.TextChoices):
        WRITING = "writing", _("being written")
        COMPLETE = "complete", _("complete")
        STOPPED = "stopped", _("stopped")
        INTERRUPTED = "interrupted", _("interrupted")
        FAILED = "failed", _("failed")

    class Ending(models.TextChoices):
        NONE = "", _("none yet")
        FINISHED = "finished", _("Claude finished")
        STOPPED = "stopped", _("stopped by a person")
        ABANDONED = "abandoned", _("nobody was reading")
        DELETED = "deleted", _("the conversation was deleted")
        DEACTIVATED = "deactivated", _("the account was deactivated")
        FAILED = "failed", _("Claude or the way to it failed")
        SHUTDOWN = "shutdown", _("the server was stopped")
        LOST = "lost", _("the server went away")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey("Conversation", on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    text = models.TextField(_("text"), blank=True)
    # The API's content blocks, replayed to Claude: thinking signatures, tools and citations survive.
    blocks = models.JSONField(default=list, blank=True)
    # The rendered text, and the version of the renderer that made it.
    html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.COMPLETE)
    ending = models.CharField(_("ending"), max_length=12, choices=Ending, blank=True)
    error_code = models.CharField(_("error code"), max_length=40, blank=True)
    # For staff: what Claude's API said, never the person's text.
    error_detail = models.CharField(_("error detail"), max_length=500, blank=True)
    request_id = models.CharField(_("request id"), max_length=100, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    system = models.TextField(_("instructions as sent"), blank=True)
    stop_reason = models.CharField(_("stop reason"), max_length=40, blank=True)
    # The oldest message that was sent with this reply's question; empty: all of them were.
    sent_from = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(_("created"), auto_now_add=True)
    finished = models.DateTimeField(_("finished"), null=True)

    # Who writes it, its last sign of life, when somebody on another process last read it, a wish to stop.
    runner = models.CharField(max_length=80, blank=True, editable=False)
    heartbeat = models.DateTimeField(null=True, editable=False)
    watched_at = models.DateTimeField(null=True, editable=False)
    stop_requested = models.CharField(max_length=12, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    #: Whether a verb has just made this answer, rather than found it again by its key; not stored.
    is_new = False

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            # The tree of one conversation, oldest first: every thread, path and version switch.
            models.Index(fields=["conversation", "created"], name="message_tree"),
            # The admin's list, newest first: order, page and filters are found in here, past the long texts.
            models.Index(fields=["created", "id", "state", "ending", "model", "role"], name="message_admin"),
            # `stale()`: recovery looks every ten seconds.
            models.Index(fields=["heartbeat"], name="message_stale", condition=Q(state="writing")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state="writing"), name="one_writing_per_conversation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["writing", "complete", "stopped", "interrupted", "failed"]),
                name="message_state_is_known",
            ),
            models.CheckConstraint(condition=Q(role__in=["user", "assistant"]), name="message_role_is_known"),
            models.CheckConstraint(condition=Q(role="user") | Q(parent__isnull=False), name="an_answer_has_a_parent"),
            models.CheckConstraint(
                condition=Q(role="assistant") | Q(state="complete"), name="only_answers_are_written"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_answer(self) -> bool:
        return self.role == self.Role.ASSISTANT

    @property
    def is_writing(self) -> bool:
        return self.state == self.State.WRITING

    @property
    def thinking(self) -> str:
        """The summary of what Claude thought, as far as it was shown."""
        return "\n\n".join(block["thinking"] for block in self.blocks if block.get("thinking"))

    def versions(self) -> list[UUID]:
        """This message and its siblings, oldest first; without it when its row is gone."""
        if self.parent_id is None:
            rows = _FIRST_QUESTIONS.rows(conversation=self.conversation_id)
        else:
            rows = _CHILDREN.rows(parent=self.parent_id)
        return [pk for [pk] in rows]

    def finish(self, *, state: str, ending: str, text: str, **fields: Any) -> bool:
        """Store how the writing ended; True where this call decided it. RESULT names what `fields` may be.

        Only the state is fenced: when the reply was taken for dead meanwhile and marked interrupted,
        a writer that comes back still stores what it has, if that is more.
        """
        result = {name: fields.get(name, getattr(self, name)) for name in RESULT}
        result |= {"state": state, "ending": ending, "text": text}
        if _FINISH.run(id=self.pk, runner=self.runner, **result):
            return True
        content = {name: value for name, value in fields.items() if name not in {"error_code", "error_detail"}}
        mine = Message.objects.filter(pk=self.pk, runner=self.runner)
        mine.alias(stored=Length("text")).filter(stored__lt=len(text)).update(text=text, **content)
        return False


#: What `finish` stores besides the text and the state.
RESULT = ("blocks", "html", "html_version", "stop_reason", "error_code", "error_detail", "request_id")

store_question = Insert(lambda: Message, finished=Now()).run
store_answer = Insert(lambda: Message, heartbeat=Now()).run
_CHILDREN = Select(lambda: _versions().filter(**parameters(Message, "parent")))
_FIRST_QUESTIONS = Select(lambda: _versions().filter(**parameters(Message, "conversation"), parent=None))
_FINISH = Update(
    lambda: (
        Message.objects.writing().filter(**parameters(Message, "id", "runner")),
        {**parameters(Message, "state", "ending", "text", *RESULT), "finished": Now(), "heartbeat": None},
    )
)


def _versions() -> models.QuerySet[Message, Any]:
    return Message.objects.order_by("created", "id").values_list("pk")


def recover_stale(rows: MessageQuerySet) -> int:
    """Mark replies whose writer is gone as interrupted; their last checkpoint is what is left of them."""
    return rows.stale().update(
        state=Message.State.INTERRUPTED,
        ending=Message.Ending.LOST,
        finished=F("heartbeat"),
        heartbeat=None,
    )
