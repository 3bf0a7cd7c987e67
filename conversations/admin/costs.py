"""The cost page: what Claude cost in a year of months, and in one of them by model, purpose and person."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from chatsite import errors
from chatsite.accounts.model_admin import ReadOnlyModelAdmin
from chatsite.accounts.models import User
from conversations.claude.models import get_model
from conversations.costs import summary as costs
from conversations.costs.chart import chart, share
from conversations.costs.export import write_csv
from conversations.costs.money import dollars
from conversations.costs.summary import Part, Row, Sums
from conversations.forms import MonthForm, MonthsForm, first_problem
from conversations.models import Usage
from conversations.models.months import add_months

#: How many people have a line of their own; the export has all of them.
PEOPLE = 25
COLUMNS = (
    *("calls", "tokens_sent", "tokens_from_cache", "tokens_written", "cost_usd"),
    *("calls_of_unknown_price", "calls_running", "calls_estimated"),
)


class Line(NamedTuple):
    name: str
    sums: Sums
    share: str
    detail: str = ""


class Table(NamedTuple):
    title: str
    lines: list[Line]


def may_see_people(request: HttpRequest) -> bool:
    return request.user.has_perm("conversations.view_person_usage")


class CostPages(ReadOnlyModelAdmin):
    """The sums, beside the list of calls: whoever may see the list sees them."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("costs/", view(require_safe(self.costs_view)), name="conversations_usage_costs"),
            path("costs/export/", view(require_safe(self.export_view)), name="conversations_usage_costs_export"),
            *super().get_urls(),
        ]

    def costs_view(self, request: HttpRequest) -> HttpResponse:
        self._gate(request)
        form = MonthForm(request.GET)
        if not form.is_valid():
            return errors.answer(request, 400, first_problem(form))
        usage, month = self.get_queryset(request), form.cleaned_data["month"]
        context = self.admin_site.each_context(request) | {"opts": self.opts, "title": _("Costs")}
        context |= _limit(costs.budget(usage)) | _months(usage, month)
        context |= _chosen(costs.rows(usage, month, people=may_see_people(request)), may_see_people(request))
        return TemplateResponse(request, "admin/conversations/usage/costs.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        self._gate(request)
        form = MonthsForm(request.GET)
        if not form.is_valid():
            return errors.answer(request, 400, first_problem(form))
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        table = _export(self.get_queryset(request), first, last, people=may_see_people(request))
        name = f"costs-{first:%Y-%m}-to-{last:%Y-%m}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(write_csv(table), content_type="text/csv; charset=utf-8", headers=headers)

    def _gate(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


# The page, part by part


def _limit(budget: costs.Budget) -> dict[str, Any]:
    limit = budget.limit or 0
    return {
        "budget": budget,
        "spent": dollars(budget.spent),
        "reserved": dollars(budget.reserved),
        "limit": dollars(limit),
        "spent_share": share(budget.spent, limit),
        "reserved_share": share(min(budget.reserved, limit - budget.spent), limit),
        "next_month": add_months(budget.month, 1),
    }


def _months(usage: QuerySet[Usage], chosen: date) -> dict[str, Any]:
    shown = costs.by_month(usage, costs.shown_with(chosen))
    drawn = chart([sums.cost for sums in shown.values()])
    first, *_others = shown
    return {
        "chosen": chosen,
        "months": list(reversed(shown.items())),
        "bars": list(zip(shown.items(), drawn.bars, strict=True)),
        "lines": [(line.y, dollars(line.value)) for line in drawn.lines],
        "earlier": add_months(first, -1) if costs.has_calls_before(usage, first) else None,
    }


def _chosen(rows: Sequence[Row], people: bool) -> dict[str, Any]:
    models = costs.parts(rows, lambda row: row.model)
    purposes = costs.parts(rows, lambda row: row.purpose)
    total = sum((row.sums for row in rows), Sums())
    tables = [
        Table(_("Model"), [_line(part, total, get_model(str(part.key)).name) for part in models]),
        Table(_("Purpose"), [_line(part, total, _purpose(str(part.key))) for part in purposes]),
    ]
    if people:
        tables.append(Table(_("Person"), _people(costs.parts(rows, lambda row: row.user), total)))
    return {"total": total, "tables": tables, "hides_people": not people}


def _people(parts: list[Part], total: Sums) -> list[Line]:
    people = User.objects.in_bulk([part.key for part in parts[:PEOPLE] if part.key])
    lines = []
    for part in parts[:PEOPLE]:
        user = people.get(part.key)
        name = user.email if user else _("no longer known")
        lines.append(_line(part, total, name, user.get_full_name() if user else ""))
    if others := parts[PEOPLE:]:
        name = ngettext("%d other person", "%d other people", len(others)) % len(others)
        lines.append(_line(Part(None, sum((part.sums for part in others), Sums())), total, name))
    return lines


def _line(part: Part, total: Sums, name: str, detail: str = "") -> Line:
    return Line(name, part.sums, share(part.sums.cost, total.cost), detail)


def _purpose(purpose: str) -> str:
    return str(dict(Usage.Purpose.choices).get(purpose, purpose))


# The export


def _export(usage: QuerySet[Usage], first: date, last: date, *, people: bool) -> Iterator[Sequence[object]]:
    yield ("month", "model", "purpose", *(("person", "name") if people else ()), *COLUMNS)
    known = User.objects.in_bulk() if people else {}
    for month in costs.months_with_calls(usage):
        if first <= month <= last:
            found = costs.rows(usage, month, people=people)
            yield from sorted(_cells(month, row, known.get(row.user) if row.user else None, people) for row in found)


def _cells(month: date, row: Row, user: User | None, people: bool) -> tuple[Any, ...]:
    person = (user.email, user.get_full_name()) if user else ("", "")
    sums = row.sums
    # Without any known price the cost is not nothing but unknown.
    cost = f"{sums.cost / 1_000_000:.6f}" if sums.priced else ""
    return (
        *(f"{month:%Y-%m}", row.model, row.purpose, *(person if people else ())),
        *(sums.calls, sums.sent, sums.cached, sums.written, cost),
        *(sums.unknown, sums.running, sums.estimated),
    )
