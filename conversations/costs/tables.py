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

#: How many people have a line of their own. The export has all of them.
MAX_PEOPLE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLine:
    name: str
    #: A second, smaller line below the name.
    detail: str = ""
    totals: Totals
    #: How much of the month's costs it is, as the width of a bar.
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    lines: list[TableLine]


def tables_of_month(groups: Sequence[UsageGroup], total: Totals, *, with_people: bool) -> list[Table]:
    models = totals_by(groups, lambda group: group.model)
    purposes = totals_by(groups, lambda group: group.purpose)
    tables = [
        Table(
            title=_("Model"),
            lines=[build_line(get_model(model).name, totals, total) for model, totals in models.items()],
        ),
        Table(
            title=_("Purpose"),
            lines=[build_line(purpose_label(purpose), totals, total) for purpose, totals in purposes.items()],
        ),
    ]
    if with_people:
        people = totals_by(groups, lambda group: group.user_id)
        tables.append(Table(title=_("Person"), lines=lines_of_people(people, total)))
    return tables


def lines_of_people(people: Mapping[int | None, Totals], total: Totals) -> list[TableLine]:
    """Return one line for each of the most expensive people and one for all others together."""
    shown = list(people.items())[:MAX_PEOPLE]
    others = list(people.values())[MAX_PEOPLE:]
    users = User.objects.in_bulk([user_id for user_id, _totals in shown if user_id is not None])
    lines = []
    for user_id, totals in shown:
        user = users.get(user_id) if user_id is not None else None
        if user is None:
            lines.append(build_line(_("no longer known"), totals, total))
        else:
            lines.append(build_line(user.email, totals, total, detail=user.get_full_name()))
    if others:
        name = ngettext("%d other person", "%d other people", len(others)) % len(others)
        lines.append(build_line(name, sum(others, Totals()), total))
    return lines


def build_line(name: str, totals: Totals, total: Totals, *, detail: str = "") -> TableLine:
    return TableLine(name=name, detail=detail, totals=totals, share=width_of_share(totals.spent, total.spent))


def purpose_label(purpose: str) -> str:
    return str(dict(Usage.Purpose.choices).get(purpose, purpose))
