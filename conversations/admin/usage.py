"""What every call to Claude used and cost, in the admin."""

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.admin.lists import ModelFilter, Records
from conversations.models import Usage


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
