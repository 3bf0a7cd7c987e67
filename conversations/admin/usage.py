"""What every call to Claude used and cost, in the admin; whose calls they were only for those who may see that."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from conversations.admin.costs import CostPages, can_see_people
from conversations.admin.lists import ModelFilter, Records
from conversations.costs.money import format_dollars
from conversations.models import Usage

#: What says, or leads to, whose call it was.
PERSONAL = {"user", "conversation", "message", "request_id"}


@admin.register(Usage)
class UsageAdmin(CostPages, Records):
    """What every call to Claude used and cost."""

    person = "user"
    date_hierarchy = "created"
    ordering = ("-created",)
    list_display = ("created", "user", "purpose", "model", "state", "sent", "output_tokens", "from_cache", "dollars")
    list_select_related = ("user",)
    list_filter = ("purpose", ModelFilter, "state")
    allowed_lookups = ("created", "purpose", "state", "model")
    fields = (
        *("user", "conversation", "message", "purpose", "model", "state", "request_id", "created"),
        *("input_tokens", "output_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens"),
        *("dollars", "estimated"),
    )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [column for column in self.list_display if column not in PERSONAL or can_see_people(request)]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return [name for name in self.fields if name not in PERSONAL or can_see_people(request)]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_fields if can_see_people(request) else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # Without the field nobody types a name; an address with one must not find anybody's calls either.
        if not can_see_people(request):
            return queryset, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("tokens sent"))
    def sent(self, usage: Usage) -> int:
        return usage.prompt_tokens

    @admin.display(description=gettext_lazy("from the cache"))
    def from_cache(self, usage: Usage) -> str:
        return f"{usage.cached_share} %"

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def dollars(self, usage: Usage) -> str:
        return format_dollars(usage.cost)
