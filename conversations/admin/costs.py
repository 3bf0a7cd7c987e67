"""The cost page of the admin: the costs of twelve months, and those of one month by model, purpose and person."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chatsite import errors
from chatsite.accounts.model_admin import ReadOnlyModelAdmin
from conversations.costs.budget import MonthlyBudget, current_budget
from conversations.costs.chart import draw_chart, width_of_share
from conversations.costs.export import export_costs
from conversations.costs.forms import MonthForm, PeriodForm
from conversations.costs.money import format_dollars
from conversations.costs.tables import tables_of_month
from conversations.costs.totals import Totals, choose_months, group_calls, has_calls_before, totals_by_month
from conversations.forms import first_error
from conversations.models import Usage
from conversations.models.months import add_months


def can_see_people(request: HttpRequest) -> bool:
    """Whether the user may see what each person used and cost."""
    return request.user.has_perm("conversations.view_person_usage")


class CostPages(ReadOnlyModelAdmin):
    """Adds the cost page and its export to the list of calls, for everybody who may see that list."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("costs/", view(require_safe(self.costs_view)), name="conversations_usage_costs"),
            path("costs/export/", view(require_safe(self.export_view)), name="conversations_usage_costs_export"),
            *super().get_urls(),
        ]

    def costs_view(self, request: HttpRequest) -> HttpResponse:
        self.require_view_permission(request)
        form = MonthForm(request.GET)
        if not form.is_valid():
            return errors.render_error(request, 400, first_error(form))
        usage = self.get_queryset(request)
        month = form.cleaned_data["month"]
        with_people = can_see_people(request)
        groups = group_calls(usage, month, by_person=with_people)
        total = sum((group.totals for group in groups), Totals())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Costs"),
            **budget_context(current_budget()),
            **months_context(usage, month),
            "total": total,
            "tables": tables_of_month(groups, total, with_people=with_people),
            "hides_people": not with_people,
        }
        return TemplateResponse(request, "admin/conversations/usage/costs.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        self.require_view_permission(request)
        form = PeriodForm(request.GET)
        if not form.is_valid():
            return errors.render_error(request, 400, first_error(form))
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        return HttpResponse(
            export_costs(self.get_queryset(request), first, last, with_people=can_see_people(request)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="costs-{first:%Y-%m}-to-{last:%Y-%m}.csv"'},
        )

    def require_view_permission(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def budget_context(budget: MonthlyBudget) -> dict[str, Any]:
    """The part of the page about this month's limit."""
    limit = budget.limit or 0
    return {
        "budget": budget,
        "spent": format_dollars(budget.spent),
        "reserved": format_dollars(budget.reserved),
        "limit": format_dollars(limit),
        "spent_width": width_of_share(budget.spent, limit),
        "reserved_width": width_of_share(min(budget.reserved, limit - budget.spent), limit),
        "next_month": add_months(budget.month, 1),
    }


def months_context(usage: QuerySet[Usage], chosen: date) -> dict[str, Any]:
    """The chart and the table of months."""
    months = choose_months(chosen)
    totals = totals_by_month(usage, months)
    chart = draw_chart([totals[month].spent for month in months])
    return {
        "chosen": chosen,
        "months": [(month, totals[month]) for month in reversed(months)],
        "bars": [(month, totals[month], bar) for month, bar in zip(months, chart.bars, strict=True)],
        "grid_lines": [(line.y, format_dollars(line.value)) for line in chart.grid_lines],
        "earlier": add_months(months[0], -1) if has_calls_before(usage, months[0]) else None,
    }
