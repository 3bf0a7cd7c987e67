"""The list of conversations in the admin: whose, when and how it went. Texts are behind a permission and a reason."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Model, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin import search, transcripts
from conversations.admin.lists import SAID, ModelFilter, Records
from conversations.claude.models import get_model
from conversations.costs.money import format_dollars
from conversations.models import Conversation, Message, Usage
from conversations.models.permissions import can_read_transcripts


class LastModelFilter(ModelFilter):
    field = "head__model"


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Message.State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(head__state=self.value()) if self.value() else queryset


class BinFilter(admin.SimpleListFilter):
    title = gettext_lazy("bin")
    parameter_name = "bin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", gettext_lazy("In the bin")), ("0", gettext_lazy("Not in the bin"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(deleted__isnull=self.value() != "1") if self.value() else queryset


class CountedPage(ChangeList):
    """Counts for the rows of one page. As subqueries of the list they would be made for all pages before it, too."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        count_up(self.result_list)


def count_up(conversations: list[Any]) -> None:
    """Give each the number of its messages and what it cost, None where a price is missing: two queries for all."""
    keys = [conversation.pk for conversation in conversations]
    messages = Message.objects.filter(conversation__in=keys).order_by().values_list("conversation")
    numbers = dict(messages.annotate(Count("pk")))
    calls = Usage.objects.filter(conversation__in=keys).order_by().values_list("conversation")
    costs = {key: rest for key, *rest in calls.annotate(Sum("cost"), missing=Count("pk") - Count("cost"))}
    for conversation in conversations:
        spent, missing = costs.get(conversation.pk, (0, 0))
        conversation.number = numbers.get(conversation.pk, 0)
        conversation.cost_known = None if missing else spent or 0


@admin.register(Conversation)
class ConversationAdmin(Records):
    person = "owner"
    ordering = ("-updated",)
    list_display = ("updated", "owner", "last_model", "cost", "state", "ending", "messages", "created", "deleted")
    list_select_related = ("owner", "head")
    list_filter = ("updated", StateFilter, LastModelFilter, BinFilter)
    allowed_lookups = ("updated", "state", "model", "bin")
    fields = ("id", "owner", "last_model", "state", "ending", "messages", "cost", "created", "updated", "deleted")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) or can_read_transcripts(request.user)

    # The title is made of what was asked: it is for those who may read that.

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = self.list_display
        return (*shown[:2], "transcript", *shown[2:]) if can_read_transcripts(request.user) else shown

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return (self.fields[0], "transcript", *self.fields[1:]) if can_read_transcripts(request.user) else self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        said = ["system", *(f"head__{column}" for column in SAID)]
        if not can_read_transcripts(request.user):
            said.append("title")
        return super().get_queryset(request).defer(*said)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CountedPage

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Conversation | None:
        conversation = super().get_object(request, object_id, from_field)
        if conversation:
            count_up([conversation])
        return conversation

    # Pages of their own, before those whose address begins with an id

    def get_urls(self) -> list[URLPattern]:
        read = [
            ("search/", search.search, "search_in_texts"),
            ("<uuid:pk>/transcript/", transcripts.transcript, "transcript"),
            ("<uuid:pk>/transcript.md", transcripts.as_markdown, "transcript_markdown"),
            ("<uuid:pk>/transcript.json", transcripts.as_json, "transcript_json"),
        ]
        return [path(address, self.admin_site.admin_view(view), name=name) for address, view, name in read] + (
            super().get_urls()
        )

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
        return format_html('<a href="{}">{}</a>', address, conversation.number)

    @admin.display(description=gettext_lazy("cost"))
    def cost(self, conversation: Any) -> str:
        return format_dollars(conversation.cost_known)
