"""The tables of the cost page: what each model, purpose and person of a month used and cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatsite.accounts.models import User
from conversations.claude.models import get_model
from conversations.costs.chart import width_of_share
from conversations.costs.totals import Totals, UsageGroup, totals_by
from conversations.models import Usage

#: How many people have a row of their own. The export has all of them.
MAX_PEOPLE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    name: str
    #: A second, smaller line below the name.
    detail: str = ""
    totals: Totals
    #: How much of the month's costs it is, as the width of a bar.
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    rows: list[TableRow]


def tables_of_month(groups: Sequence[UsageGroup], total: Totals, *, with_people: bool) -> list[Table]:
    purposes = totals_by(groups, lambda group: group.purpose)
    tables = [
        Table(title=_("Model"), rows=build_model_rows(groups, total)),
        Table(
            title=_("Purpose"),
            rows=[build_row(purpose_label(purpose), totals, total) for purpose, totals in purposes.items()],
        ),
    ]
    if with_people:
        people = totals_by(groups, lambda group: group.user_id)
        tables.append(Table(title=_("Person"), rows=build_person_rows(people, total)))
    return tables


def build_model_rows(groups: Sequence[UsageGroup], total: Totals) -> list[TableRow]:
    models = totals_by(groups, lambda group: group.model)
    return [build_row(get_model(model).name, totals, total) for model, totals in models.items()]


def build_person_rows(people: Mapping[int | None, Totals], total: Totals) -> list[TableRow]:
    """Return one row for each of the most expensive people and one for all others together."""
    shown = list(people.items())[:MAX_PEOPLE]
    others = list(people.values())[MAX_PEOPLE:]
    users = User.objects.in_bulk([user_id for user_id, _totals in shown if user_id is not None])
    rows = []
    for user_id, totals in shown:
        user = users.get(user_id) if user_id is not None else None
        if user is None:
            rows.append(build_row(_("a deleted user"), totals, total))
        else:
            rows.append(build_row(user.email, totals, total, detail=user.get_full_name()))
    if others:
        name = ngettext("%d other person", "%d other people", len(others)) % len(others)
        rows.append(build_row(name, sum(others, Totals()), total))
    return rows


def build_row(name: str, totals: Totals, total: Totals, *, detail: str = "") -> TableRow:
    return TableRow(name=name, detail=detail, totals=totals, share=width_of_share(totals.spent, total.spent))


def purpose_label(purpose: str) -> str:
    return str(dict(Usage.Purpose.choices).get(purpose, purpose))
