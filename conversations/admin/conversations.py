"""The list of conversations in the admin: whose, when and how it ended. Texts need a permission and a reason."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin.filters import BinFilter, LastModelFilter, LastStateFilter
from conversations.admin.queries import CONTENT_FIELDS, add_message_counts_and_costs
from conversations.admin.records import RecordAdmin
from conversations.admin.search import search_in_texts
from conversations.admin.transcripts import export_transcript, open_file, read_transcript
from conversations.claude.models import get_model
from conversations.costs.money import format_dollars
from conversations.models import Conversation
from conversations.models.permissions import can_read_transcripts


class ConversationChangeList(ChangeList):
    """Counts messages and costs for one page. As subqueries of the list, all earlier pages would be counted too."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        add_message_counts_and_costs(self.result_list)


@admin.register(Conversation)
class ConversationAdmin(RecordAdmin):
    person_lookup = "owner"
    ordering = ("-updated",)
    list_display = (
        "updated",
        "owner",
        "transcript",
        "last_model",
        "cost",
        "state",
        "ending",
        "messages",
        "deleted",
    )
    list_select_related = ("owner", "head")
    list_filter = ("updated", LastStateFilter, LastModelFilter, BinFilter)
    allowed_lookups = ("updated", "state", "model", "bin")
    fields = (
        "id",
        "transcript",
        "owner",
        "last_model",
        "state",
        "ending",
        "messages",
        "cost",
        "created",
        "updated",
        "deleted",
    )

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) or can_read_transcripts(request.user)

    # The column "transcript" shows the title, which is made of the first question: only its readers may see that.

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        can_read = can_read_transcripts(request.user)
        return [column for column in self.list_display if can_read or column != "transcript"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        can_read = can_read_transcripts(request.user)
        return [field for field in self.fields if can_read or field != "transcript"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        queryset = super().get_queryset(request).defer("system", *(f"head__{field}" for field in CONTENT_FIELDS))
        return queryset if can_read_transcripts(request.user) else queryset.defer("title")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ConversationChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Conversation | None:
        conversation = super().get_object(request, object_id, from_field)
        if conversation:
            add_message_counts_and_costs([conversation])
        return conversation

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("search/", view(search_in_texts), name="search_in_texts"),
            path("<uuid:pk>/transcript/", view(read_transcript), name="transcript"),
            path("<uuid:pk>/files/<uuid:file>/", view(open_file), name="transcript_file"),
            path("<uuid:pk>/transcript.md", view(export_transcript), {"file_format": "md"}, name="transcript_markdown"),
            path("<uuid:pk>/transcript.json", view(export_transcript), {"file_format": "json"}, name="transcript_json"),
            # Last: among them is an address that is only a key.
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"can_read_transcripts": can_read_transcripts(request.user), **(extra_context or {})}
        return super().changelist_view(request, context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["can_read_transcripts"] = can_read_transcripts(request.user)
        return super().render_change_form(request, context, *args, **kwargs)

    # Columns

    @admin.display(description=gettext_lazy("transcript"))
    def transcript(self, conversation: Conversation) -> str:
        address = reverse("admin:transcript", args=[conversation.pk])
        return format_html('<a href="{}">{}</a>', address, conversation.title or _("Without a title"))

    @admin.display(description=gettext_lazy("model"))
    def last_model(self, conversation: Conversation) -> str:
        return get_model(conversation.head.model).name if conversation.head else ""

    @admin.display(description=gettext_lazy("state"))
    def state(self, conversation: Conversation) -> str:
        return conversation.head.get_state_display() if conversation.head else ""

    @admin.display(description=gettext_lazy("ending"))
    def ending(self, conversation: Conversation) -> str:
        return conversation.head.get_ending_display() if conversation.head else ""

    @admin.display(description=gettext_lazy("messages"))
    def messages(self, conversation: Any) -> str:
        address = reverse("admin:conversations_message_changelist", query={"conversation": conversation.pk})
        return format_html('<a href="{}">{}</a>', address, conversation.message_count)

    @admin.display(description=gettext_lazy("cost"))
    def cost(self, conversation: Any) -> str:
        return _("running") if conversation.has_running_calls else format_dollars(conversation.total_cost)
