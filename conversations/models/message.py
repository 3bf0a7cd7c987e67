"""One turn of a conversation: a person's question or Claude's answer, and how the writing of it went."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Length, Now
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models import tree
from conversations.models.content import (
    CONTENT_FROM_TEXT,
    Content,
    extract_text,
    extract_thinking,
    find_file_ids,
    text_content,
)
from conversations.models.permissions import can_read_transcripts

#: A writer that has sent no heartbeat for this long is considered stale.
STALE_AFTER = timedelta(seconds=10)
#: The condition for `Message.OPEN_STATES`. Not `state__in`: SQLite uses the index of a constraint with a condition only
#: for a query with the same one, and does not recognise a list whose values are parameters.
IS_OPEN = Q(state="writing") | Q(state="waiting")


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

    # The life of an answer

    def open(self) -> Self:
        """Answers that are not final: being written, or waiting for a person's decision."""
        return self.filter(IS_OPEN)

    def writing(self) -> Self:
        return self.filter(state=Message.State.WRITING)

    def stale(self) -> Self:
        """Answers whose writer is gone, by the database's clock."""
        return self.writing().filter(heartbeat__lt=Now() - STALE_AFTER)

    def interrupt_stale(self) -> int:
        """Mark stale answers as interrupted; what is left of each is its last checkpoint. Returns how many."""
        # Their content is what was stored before the last tool was called.
        with_tools = list(self.stale().filter(tool_calls__isnull=False).distinct())
        count = self.stale().update(
            state=Message.State.INTERRUPTED,
            ending=Message.Ending.LOST,
            content=CONTENT_FROM_TEXT,
            finished=F("heartbeat"),
            heartbeat=None,
        )
        for answer in with_tools:
            answer.restore_content()
        return count

    def request_stop(self, ending: str) -> int:
        """Ask the writers of these answers to stop, and end those that wait for a decision: nobody writes them.

        The first request counts. Returns how many answers are affected.
        """
        # One statement: an answer that starts to wait meanwhile must not miss the request.
        return (
            self.open()
            .filter(stop_requested="")
            .update(
                stop_requested=ending,
                state=Case(When(state=Message.State.WAITING, then=Value(Message.State.STOPPED)), default=F("state")),
                ending=Case(When(state=Message.State.WAITING, then=Value(ending)), default=F("ending")),
                finished=Case(When(state=Message.State.WAITING, then=Now()), default=F("finished")),
            )
        )

    def link_files(self, messages: Sequence["Message"]) -> None:
        """Note which files the content of new messages refers to: they are kept as long as one of these is."""
        link = Message.attachments.through
        files = [(message.pk, file) for message in messages for file in dict.fromkeys(find_file_ids(message.content))]
        link.objects.bulk_create([link(message_id=message, attachment_id=file) for message, file in files])


class Message(models.Model):
    """A node of the conversation's tree. Editing and trying again add siblings; nothing is overwritten."""

    class Role(models.TextChoices):
        USER = "user", _("person")
        ASSISTANT = "assistant", _("Claude")

    class State(models.TextChoices):
        WRITING = "writing", _("being written")
        WAITING = "waiting", _("waiting for a decision")
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
        FAILED = "failed", _("Claude or the connection to it failed")
        SHUTDOWN = "shutdown", _("the server was stopped")
        LOST = "lost", _("the server went away")

    #: States of an answer that may still change. A conversation has at most one such answer.
    OPEN_STATES = (State.WRITING, State.WAITING)
    #: Endings of answers in the state `interrupted`: the server was the cause, so asking again may help.
    INTERRUPTED_ENDINGS = (Ending.SHUTDOWN, Ending.LOST)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey("Conversation", on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    # The API's content blocks, for both roles: replayed to Claude, so that thinking signatures, tools and citations
    # survive. A checkpoint of an answer that is being written stores its text alone.
    content = models.JSONField(default=list, blank=True)
    # Derived from `content` by `extract_text`: what a person reads, what search looks through.
    text = models.TextField(_("text"), blank=True)
    # The rendered text, and the version of the renderer that made it.
    html = models.TextField(blank=True)
    html_version = models.PositiveIntegerField(default=0)
    # The same of what Claude thought, rendered by the same version; and how long it thought, if that was measured.
    thinking_html = models.TextField(blank=True)
    thinking_seconds = models.FloatField(null=True, editable=False)

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.COMPLETE)
    ending = models.CharField(_("ending"), max_length=12, choices=Ending, blank=True)
    error_code = models.CharField(_("error code"), max_length=40, blank=True)
    # For staff: what Claude's API said, never the person's text.
    error_detail = models.CharField(_("error detail"), max_length=500, blank=True)
    request_id = models.CharField(_("request id"), max_length=100, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    system = models.TextField(_("instructions as sent"), blank=True)
    # How much Claude was allowed to think, where that was chosen.
    effort = models.CharField(_("effort"), max_length=10, blank=True)
    # The names of the tools that this answer may use.
    tools = models.JSONField(default=list, blank=True, editable=False)
    stop_reason = models.CharField(_("stop reason"), max_length=40, blank=True)
    # The `id` that Claude's API gave the message (`msg_…`), with which the next request asks about the prompt cache.
    upstream_id = models.CharField(max_length=100, blank=True, editable=False)
    # What a question below this answer is sent with, as Claude counted it; null: not counted, or no longer true.
    context_tokens = models.PositiveIntegerField(null=True, editable=False)
    # The oldest message that was sent with this reply's question; empty: all of them were.
    sent_from = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(_("created"), auto_now_add=True)
    finished = models.DateTimeField(_("finished"), null=True)

    # The process that writes it, its last sign of life, when another process last had a reader for it, a request to
    # stop (an ending).
    runner = models.CharField(max_length=80, blank=True, editable=False)
    heartbeat = models.DateTimeField(null=True, editable=False)
    watched_at = models.DateTimeField(null=True, editable=False)
    stop_requested = models.CharField(max_length=12, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            # The tree of one conversation, oldest first: every thread, path and version switch.
            models.Index(fields=["conversation", "created"], name="message_tree"),
            # `branches.find_answers`: answers by their text, of which the length is enough to be found.
            models.Index("conversation", Length("text"), name="message_by_length", condition=Q(finished__isnull=False)),
            # The admin's list, newest first: order, page and filters are found in here, past the long texts.
            models.Index(fields=["created", "id", "state", "ending", "model", "role"], name="message_admin"),
            # `stale()`: recovery looks every few seconds.
            models.Index(fields=["heartbeat"], name="message_stale", condition=Q(state="writing")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=IS_OPEN,
                name="one_open_message_per_conversation",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["writing", "waiting", "complete", "stopped", "interrupted", "failed"]),
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
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def thinking(self) -> str:
        """The summary of what Claude thought, as far as it was shown."""
        return extract_thinking(self.content)

    def versions(self) -> list[UUID]:
        """This message and its siblings, oldest first; without it when its row is gone."""
        siblings = Message.objects.filter(conversation=self.conversation_id, parent=self.parent_id)
        return list(siblings.order_by("created", "id").values_list("pk", flat=True))

    def count_turns_not_sent(self) -> int:
        """How many turns before the question of this answer were not sent with it, as the model's window is full.

        Those that a summary stands for are not counted.
        """
        if self.sent_from_id is None:
            return 0
        messages = Message.objects.filter(conversation=self.conversation_id)
        not_sent = tree.path_to(self.sent_from_id, dict(messages.values_list("id", "parent_id")))[:-1]
        if summary := self.conversation.summaries.furthest_on(not_sent):
            not_sent = not_sent[not_sent.index(summary.upto_id) + 1 :]
        # An empty answer is never sent.
        empty = messages.filter(text="", role=self.Role.ASSISTANT)
        return len(set(not_sent) - set(empty.values_list("id", flat=True)))

    def finish(self, *, state: str, ending: str, content: Content, **fields: Any) -> bool:
        """Store how the writing ended; `fields` are columns of the result. True where this call decided the state.

        Only the state is fenced: when the answer became stale and was marked interrupted, a writer that
        comes back still stores what it has, unless that is less.
        """
        text = extract_text(content)
        own_row = Message.objects.filter(pk=self.pk, runner=self.runner)
        ending_fields = {"state": state, "ending": ending, "finished": Now(), "heartbeat": None}
        if own_row.writing().update(**ending_fields, content=content, text=text, **fields):
            return True
        result = {name: fields[name] for name in fields.keys() - {"error_code", "error_detail"}}
        not_longer = own_row.alias(length=Length("text")).filter(length__lte=len(text))
        not_longer.update(content=content, text=text, **result)
        return False

    def restore_content(self) -> None:
        """Store the content of an interrupted answer that has called tools: the stored blocks, and the text since."""
        if not Message.objects.filter(pk=self.pk, state=self.State.INTERRUPTED).exists():
            return  # its writer has given a sign of life meanwhile
        blocks = self.tool_calls.conclude(self.pk, self.content)
        text = self.text[len(extract_text(blocks)) :].lstrip("\n")
        ended = Message.objects.filter(pk=self.pk, state=self.State.INTERRUPTED)
        ended.update(content=[*blocks, *text_content(text)])

    def wait_for_decision(self, content: Content, **fields: Any) -> bool:
        """Stop writing until a person decides; no process owns the answer meanwhile. `fields` are as in `finish`.

        False when it is not written by this process any more, or was asked to stop: then it has to end.
        """
        mine = Message.objects.writing().filter(pk=self.pk, runner=self.runner, stop_requested="")
        return bool(
            mine.update(
                state=self.State.WAITING,
                content=content,
                text=extract_text(content),
                runner="",
                heartbeat=None,
                **fields,
            )
        )

    def resume(self, runner: str) -> bool:
        """Continue, in the process `runner`, an answer that waited for a decision. True for one caller only."""
        waiting = Message.objects.filter(pk=self.pk, state=self.State.WAITING)
        return bool(waiting.update(state=self.State.WRITING, runner=runner, heartbeat=Now()))
