"""The admin of the product: the team's settings, and read-only lists of what was used and asked.

The lists show who, when and how it ended, and never what was said: not in a column, not through a search or a filter.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite.accounts.lists import List, ReadOnly
from chatsite.accounts.models import User
from conversations import catalogue
from conversations.models import Conversation, Message, TeamSettings, Usage

#: The columns that hold what people and Claude said: never read from the database for a list.
SAID = ("text", "blocks", "html", "system")


class ModelFilter(admin.SimpleListFilter):
    """By Claude's model. The choices are the known ones: asking the table for its own would read all of it."""

    title = gettext_lazy("model")
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(model, catalogue.display_name(model)) for model in settings.CHAT_MODELS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(model=self.value()) if self.value() else queryset


class Records(ReadOnly):
    """Rows about people: found by the person's address, which is looked for among the people first."""

    person = ""
    search_fields = ("person",)
    search_help_text = gettext_lazy("Name or e-mail address of the person")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        people = admin.site.get_model_admin(User).get_search_results(request, User.objects.all(), search_term)[0]
        return queryset.filter(**{f"{self.person}__in": list(people.values_list("pk", flat=True))}), False


@admin.register(TeamSettings)
class TeamSettingsAdmin(List):
    """One row: its list is its form."""

    fields = ("name", "instructions", "notice")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:conversations_teamsettings_change", args=[1]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> TeamSettings | None:
        # The row may not be there yet: then the form shows the defaults, and saving it makes the row.
        return TeamSettings.current() if object_id == "1" else None


@admin.register(Usage)
class UsageAdmin(Records):
    """What every call to Claude used and cost."""

    person = "user"
    date_hierarchy = "created"
    ordering = ("-created",)
    list_display = ("created", "user", "purpose", "model", "state", "sent", "output_tokens", "from_cache", "dollars")
    list_select_related = ("user",)
    list_filter = ("purpose", ModelFilter, "state")
    lookups = ("created", "purpose", "state", "model")
    fields = (
        *("user", "conversation", "message", "purpose", "model", "state", "request_id", "created"),
        *("input_tokens", "output_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens"),
        *("dollars", "estimated"),
    )

    @admin.display(description=gettext_lazy("tokens sent"))
    def sent(self, usage: Usage) -> int:
        return usage.prompt_tokens

    @admin.display(description=gettext_lazy("from the cache"))
    def from_cache(self, usage: Usage) -> str:
        return f"{usage.cached_share} %"

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def dollars(self, usage: Usage) -> str:
        return _("unknown") if usage.cost is None else f"${usage.cost / 1_000_000:.4f}"


@admin.register(Conversation)
class ConversationAdmin(Records):
    person = "owner"
    ordering = ("-updated",)
    list_display = ("updated", "owner", "last_model", "state", "ending", "messages", "created", "deleted")
    list_select_related = ("owner", "head")
    list_filter = ("updated", ("deleted", admin.EmptyFieldListFilter))
    lookups = ("updated", "deleted")
    fields = ("id", "owner", "last_model", "state", "ending", "messages", "created", "updated", "deleted")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        each = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
        number = Subquery(each.annotate(number=Count("pk")).values("number"))
        said = ("title", "system", *(f"head__{column}" for column in SAID))
        conversations: QuerySet[Conversation] = super().get_queryset(request).defer(*said)
        return conversations.annotate(number=Coalesce(number, 0))

    @admin.display(description=gettext_lazy("model"))
    def last_model(self, conversation: Conversation) -> str:
        return conversation.head.model if conversation.head else ""

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


@admin.register(Message)
class MessageAdmin(Records):
    person = "conversation__owner"
    ordering = ("-created",)
    list_display = ("created", "owner", "conversation_id", "role", "model", "state", "ending", "error_code", "finished")
    list_select_related = ("conversation__owner",)
    list_filter = ("role", "state", "ending", ModelFilter, "created")
    lookups = ("created", "role", "state", "ending", "model", "conversation")
    fields = (
        *("id", "conversation", "parent", "role", "model", "state", "ending", "stop_reason"),
        *("error_code", "error_detail", "request_id", "sent_from", "created", "finished"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer(*SAID, "conversation__title", "conversation__system")

    @admin.display(description=gettext_lazy("person"))
    def owner(self, message: Message) -> User:
        return message.conversation.owner
