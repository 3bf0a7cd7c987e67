"""What Claude asked a tool to do: with which input, who decided, what came of it."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models.content import Content, list_tool_uses, text_content

#: A call that nobody has decided for this long is denied.
EXPIRES_AFTER = timedelta(days=7)
#: The key of an input that is not a JSON object: its text.
INVALID_INPUT = "INVALID_JSON"
#: What Claude reads of calls that are over without a result.
INTERRUPTED = (
    "The call was interrupted. It may or may not have taken effect. Do not repeat it without asking the person."
)
NOT_RUN = "The call was not run: the answer was stopped before."


class ToolCallQuerySet(models.QuerySet["ToolCall"]):
    def editable_by(self, user: User) -> Self:
        """The calls that this person may decide: those of their conversations."""
        return self.filter(conversation__owner=user, conversation__deleted=None)

    def undecided(self) -> Self:
        return self.filter(state=ToolCall.State.PROPOSED)

    def expired(self) -> Self:
        """Undecided calls that have waited for too long, by the database's clock."""
        return self.undecided().filter(created__lt=Now() - EXPIRES_AFTER)

    def open(self) -> Self:
        """Calls that are not over."""
        return self.filter(state__in=ToolCall.OPEN_STATES)

    def of_message(self, message: uuid.UUID) -> Self:
        """The calls of an answer, in their order."""
        return self.filter(message=message).order_by("step", "position")

    def conclude(self, message: uuid.UUID, content: Content) -> Content:
        """End the calls of an answer that is over. Returns its content, with a result for each of its last calls."""
        self.filter(message=message).end_open()
        return add_results(content, list(self.of_message(message)))

    def end_open(self) -> None:
        """End calls whose answer is over: whether those that ran had an effect is unknown."""
        self.filter(state=ToolCall.State.RUNNING).update(
            state=ToolCall.State.UNKNOWN, result=text_content(INTERRUPTED), finished=Now()
        )
        self.open().update(state=ToolCall.State.DENIED, result=text_content(NOT_RUN), finished=Now())

    def erase(self) -> None:
        """Forget what these calls were about, and keep that they were made."""
        self.update(input={}, result=[], note="", title="")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("Calls of tools are never deleted.")


class ToolCall(models.Model):
    """One call. The row outlives the conversation; its input and result do not.

    It is never deleted, and changes no more once it is over: a trigger on PostgreSQL sees to that.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a decision")
        APPROVED = "approved", _("approved")
        DENIED = "denied", _("denied")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("outcome unknown")

    #: States of a call that may still change.
    OPEN_STATES = (State.PROPOSED, State.APPROVED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    conversation = models.ForeignKey("Conversation", null=True, on_delete=models.SET_NULL, related_name="tool_calls")
    message = models.ForeignKey("Message", null=True, on_delete=models.SET_NULL, related_name="tool_calls")
    # The number of the call to Claude within the reply, from 1, and the place of this call in its answer.
    step = models.PositiveSmallIntegerField(_("step"))
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    # The id of the content block (`toolu_…`), which the result names.
    block_id = models.CharField(max_length=100, editable=False)
    # The name outlives the row of the tool.
    tool = models.CharField(_("tool"), max_length=64)
    title = models.CharField(_("title"), max_length=100)
    acts = models.BooleanField(_("changes something"))
    is_untrusted = models.BooleanField(default=False, editable=False)
    input = models.JSONField(_("input"), default=dict)
    # Content blocks of a `tool_result`: text and images.
    result = models.JSONField(_("result"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("decided by")
    )
    # What the person who denied it told Claude.
    note = models.CharField(_("note"), max_length=2_000, blank=True)
    # Whether further calls of this tool in this conversation are approved with this one.
    is_always = models.BooleanField(_("approved for the conversation"), default=False)
    created = models.DateTimeField(_("proposed"), auto_now_add=True)
    decided = models.DateTimeField(_("decided"), null=True)
    started = models.DateTimeField(_("started"), null=True)
    finished = models.DateTimeField(_("finished"), null=True)

    objects = ToolCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("tool call")
        verbose_name_plural = _("tool calls")
        ordering = ["-created", "-pk"]
        indexes = [
            # `is_always`: what is approved for a conversation.
            models.Index(fields=["conversation", "tool"], name="tool_call_always", condition=Q(is_always=True)),
            # Where the steps of a copied answer come from.
            models.Index(fields=["block_id"], name="tool_call_by_block"),
            # The limits of a tool: its calls of an hour and of a month.
            models.Index(fields=["tool", "created"], name="tool_call_by_tool"),
            # Recovery and expiry.
            models.Index(
                fields=["created"], name="tool_call_open", condition=Q(state__in=["proposed", "approved", "running"])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["proposed", "approved", "denied", "running", "done", "failed", "unknown"],
                ),
                name="tool_call_state_is_known",
            ),
            models.UniqueConstraint(fields=["message", "step", "position"], name="one_call_at_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.tool} {self.created:%Y-%m-%d %H:%M}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("Calls of tools are never deleted.")

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def is_undecided(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def duration(self) -> timedelta | None:
        return self.finished - self.started if self.started and self.finished else None

    def end(self, state: str, text: str) -> None:
        """Give the call a last state and a result of one text; not stored."""
        self.state, self.result = state, text_content(text)

    def result_block(self) -> dict[str, Any]:
        """The `tool_result` block of a call that is over."""
        # The API refuses blank texts, and errors without a content.
        content = [part for part in self.result if part.get("type") != "text" or part["text"].strip()]
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": self.block_id}
        block["content"] = content or text_content("(The tool returned nothing.)")
        return block if self.state == self.State.DONE else {**block, "is_error": True}


def find_open_uses(content: Content) -> Content:
    """The calls at the end of a content that have no result yet."""
    results = {block.get("tool_use_id") for block in content if block.get("type") == "tool_result"}
    return [block for block in list_tool_uses(content) if block["id"] not in results]


def add_results(content: Content, calls: list[ToolCall]) -> Content:
    """A content with the results of its last calls at its end, where it lacks these. Later steps count."""
    by_block = {call.block_id: call for call in calls}
    results = [by_block[use["id"]].result_block() for use in find_open_uses(content) if use["id"] in by_block]
    return [*content, *results]
