"""The list of calls to Claude in the admin. Only staff with a permission of its own see whose calls they were."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from conversations.admin.costs import CostPages, can_see_people
from conversations.admin.filters import ModelFilter
from conversations.admin.records import RecordAdmin
from conversations.models import Usage
from conversations.presentation.details import format_costs

#: Fields that tell whose call it was, or lead to a page that does.
PERSONAL_FIELDS = {"user", "conversation", "message", "request_id"}


@admin.register(Usage)
class UsageAdmin(CostPages, RecordAdmin):
    person_lookup = "user"
    date_hierarchy = "created"
    ordering = ("-created",)
    list_display = (
        "created",
        "user",
        "purpose",
        "model",
        "state",
        "sent_tokens",
        "output_tokens",
        "share_from_cache",
        "cost_in_dollars",
    )
    list_select_related = ("user",)
    list_filter = ("purpose", ModelFilter, "state")
    allowed_lookups = ("created", "purpose", "state", "model")
    fields = (
        "user",
        "conversation",
        "message",
        "purpose",
        "model",
        "state",
        "request_id",
        "created",
        "input_tokens",
        "output_tokens",
        "cache_write_5m_tokens",
        "cache_write_1h_tokens",
        "cache_read_tokens",
        "web_searches",
        "cost_in_dollars",
        "estimated",
    )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        with_people = can_see_people(request)
        return [column for column in self.list_display if with_people or column not in PERSONAL_FIELDS]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        hidden = set() if can_see_people(request) else PERSONAL_FIELDS
        if isinstance(obj, Usage) and obj.state == Usage.State.OPEN:
            hidden = hidden | {"estimated"}  # that is known at the end
        return [field for field in self.fields if field not in hidden]

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_fields if can_see_people(request) else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # Without the search field a name can still be typed into the address. It must not select anything.
        if not can_see_people(request):
            return queryset, False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("tokens sent"))
    def sent_tokens(self, usage: Usage) -> int:
        return usage.tokens.prompt

    @admin.display(description=gettext_lazy("from the cache"))
    def share_from_cache(self, usage: Usage) -> str:
        return f"{usage.tokens.cached_share} %"

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def cost_in_dollars(self, usage: Usage) -> str:
        return format_costs([usage])
