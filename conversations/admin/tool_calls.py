"""The list of calls of tools in the admin: who, when, what and how it ended.

Inputs and results are what people and Claude wrote: they are shown to those who have opened the transcript.
"""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin.records import RecordAdmin
from conversations.models import Tool, ToolCall
from conversations.models.permissions import can_read_transcripts
from conversations.transcripts.reasons import get_reason

CONTENT_FIELDS = ("input", "result", "note")


class ToolFilter(admin.SimpleListFilter):
    """Filters by tool. The choices are the tools there are: finding others would read the whole table."""

    title = gettext_lazy("tool")
    parameter_name = "tool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Tool.objects.values_list("name", "title"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tool=self.value()) if self.value() else queryset


@admin.register(ToolCall)
class ToolCallAdmin(RecordAdmin):
    person_lookup = "user"
    date_hierarchy = "created"
    ordering = ("-created", "-pk")
    list_display = ("created", "user", "tool", "state", "acts", "decided_by", "duration")
    list_select_related = ("user", "decided_by")
    list_filter = (ToolFilter, "state", "acts", "created")
    allowed_lookups = ("created", "tool", "state", "acts")
    fields = (
        *("id", "user", "conversation", "message", "step", "tool", "title", "acts", "state"),
        *("decided_by", "is_always", "created", "decided", "started", "finished", "duration"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ToolCall]:
        return super().get_queryset(request).defer(*CONTENT_FIELDS)

    def get_fields(self, request: HttpRequest, obj: ToolCall | None = None) -> list[Any]:
        if not can_read_transcripts(request.user) or obj is None or obj.conversation_id is None:
            return list(self.fields)
        if get_reason(request, obj.conversation_id):
            return [*self.fields, *CONTENT_FIELDS]
        return [*self.fields, "transcript"]

    @admin.display(description=gettext_lazy("duration"))
    def duration(self, call: ToolCall) -> timedelta | None:
        return call.duration

    @admin.display(description=gettext_lazy("input and result"))
    def transcript(self, call: ToolCall) -> str:
        address = reverse("admin:transcript", args=[call.conversation_id])
        return format_html('<a href="{}">{}</a>', address, _("Read the transcript"))
