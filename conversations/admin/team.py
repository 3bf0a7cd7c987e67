"""The team's settings in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from chatsite.accounts.model_admin import BaseModelAdmin
from conversations.costs.budget import current_budget
from conversations.costs.money import format_dollars
from conversations.models import TeamSettings


@admin.register(TeamSettings)
class TeamSettingsAdmin(BaseModelAdmin):
    """There is one row. The address of the list leads to its form."""

    fields = ("name", "instructions", "notice", "starters", "monthly_limit", "show_costs")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:conversations_teamsettings_change", args=[1]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> TeamSettings | None:
        # Before the first save there is no row: the form shows the defaults, and saving it creates the row.
        return TeamSettings.current() if object_id == "1" else None

    def save_model(self, request: HttpRequest, obj: TeamSettings, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        budget = current_budget()
        if budget.limit is not None and budget.is_spent:
            sentence = _("%(spent)s of %(limit)s are spent this month: until it ends, new questions are refused.")
            amounts = {"spent": format_dollars(budget.spent), "limit": format_dollars(budget.limit)}
            self.message_user(request, sentence % amounts, messages.WARNING)
