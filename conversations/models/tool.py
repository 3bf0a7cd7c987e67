"""Tools that Claude may be offered, and who may use them. Administrators switch them on one by one."""

import hashlib
import json
import re
from collections.abc import Collection
from typing import Any, Self

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chatsite.accounts.models import User
from conversations.models.tool_call import ToolCall

#: What Claude's API takes as the name of a tool: https://platform.claude.com/docs/en/agents-and-tools/tool-use
MAX_TOOL_NAME = 64
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class ToolQuerySet(models.QuerySet["Tool"]):
    def usable_by(self, user: User) -> Self:
        """The tools that are switched on for this person: those of their groups, and those of everybody."""
        groups = Q(groups=None) | Q(groups__in=user.groups.all())
        there = Q(server=None) | Q(server__is_enabled=True, is_listed=True)
        return self.filter(groups, there, is_enabled=True).distinct().order_by("name")

    def named(self, user: User, names: Collection[str]) -> Self:
        """Of the tools with these names, those that this person may use now."""
        return self.usable_by(user).filter(name__in=names)


class Tool(models.Model):
    """One tool. What it does when Claude calls it is found by its kind (conversations/tools/running.py)."""

    class Kind(models.TextChoices):
        FUNCTION = "function", _("function of this site")
        MCP = "mcp", _("MCP server")
        WEB = "web", _("tool of Claude's API")

    class Approval(models.TextChoices):
        IF_ACTING = "", _("ask before it changes something")
        ALWAYS = "always", _("ask each time")
        NEVER = "never", _("do not ask")

    #: As Claude calls it.
    name = models.CharField(_("name"), max_length=MAX_TOOL_NAME, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=100, help_text=_("What people read."))
    description = models.TextField(_("description"), blank=True, help_text=_("What Claude reads."))
    input_schema = models.JSONField(_("input"), default=dict)
    acts = models.BooleanField(_("changes something"), default=True)
    #: Whether its results come from outside, and may contain instructions that nobody here wrote.
    is_untrusted = models.BooleanField(_("results come from outside"), default=True)
    approval = models.CharField(_("approval"), max_length=10, choices=Approval, blank=True)
    is_enabled = models.BooleanField(_("switched on"), default=False)
    groups = models.ManyToManyField(
        Group, verbose_name=_("groups"), blank=True, help_text=_("Who may use it; everybody where none is chosen.")
    )
    calls_per_hour = models.PositiveIntegerField(_("calls an hour"), null=True, blank=True, help_text=_("Per person."))
    calls_per_month = models.PositiveIntegerField(
        _("calls a month"), null=True, blank=True, help_text=_("Of all people together.")
    )
    changed = models.DateTimeField(_("changed"), auto_now=True)
    # Only of MCP servers: the server, what it calls the tool, and whether it named it when it was last asked.
    server = models.ForeignKey(
        "MCPServer", verbose_name=_("server"), null=True, blank=True, on_delete=models.CASCADE, related_name="tools"
    )
    remote_name = models.CharField(_("name at the server"), max_length=200, blank=True)
    is_listed = models.BooleanField(_("offered by its server"), default=True)
    # Description and input as the server gives them now, where they differ from those that were approved.
    changed_definition = models.JSONField(null=True, blank=True, editable=False)

    objects = ToolQuerySet.as_manager()

    class Meta:
        verbose_name = _("tool")
        verbose_name_plural = _("tools")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["server", "remote_name"], condition=~Q(server=None), name="one_tool_of_a_name_at_a_server"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.name

    def clean(self) -> None:
        if self.kind == self.Kind.WEB and self.asks:
            raise ValidationError(_("Claude's API runs this tool by itself: nobody can be asked before."))

    @property
    def asks(self) -> bool:
        """Whether a person must approve each call, unless they have approved all calls in the conversation."""
        return self.approval == self.Approval.ALWAYS or (self.acts and self.approval != self.Approval.NEVER)

    @property
    def definition(self) -> dict[str, Any]:
        """What Claude is told of the tool."""
        return {"description": self.description, "input_schema": self.input_schema}

    @property
    def changed_fingerprint(self) -> str:
        """Stands for the definition that waits for approval: what is approved is what was shown."""
        text = json.dumps(self.changed_definition, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest() if self.changed_definition else ""

    def propose_definition(self, definition: dict[str, Any]) -> bool:
        """Take over what the server says of the tool now; returns whether that switched the tool off.

        What an administrator has switched on is not replaced: they see the old and the new, and decide.
        """
        if definition == self.definition:
            self.changed_definition = None
            return False
        if not self.is_enabled and self.changed_definition is None:
            self.description, self.input_schema = definition["description"], definition["input_schema"]
            return False
        was_enabled, self.is_enabled = self.is_enabled, False
        self.changed_definition = definition
        return was_enabled

    def approve_definition(self) -> None:
        """Switch the tool on with what its server says of it now. What was always approved is asked about again."""
        ToolCall.objects.filter(tool=self.name, is_always=True).update(is_always=False)
        if self.changed_definition is not None:
            self.description = self.changed_definition["description"]
            self.input_schema = self.changed_definition["input_schema"]
        self.changed_definition = None
        self.is_enabled = True
        self.save()
