"""The costs as CSV for spreadsheet programs, in which no cell is taken for a formula."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from defusedcsv import csv
from django.db.models import QuerySet

from chatsite.accounts.models import User
from conversations.costs.totals import UsageGroup, group_calls, months_since_first_call
from conversations.models import Usage
from conversations.models.budget import MICRODOLLARS_PER_DOLLAR

COLUMNS = (
    "month",
    "model",
    "purpose",
    "person",
    "name",
    "calls",
    "tokens_sent",
    "tokens_from_cache",
    "tokens_written",
    "cost_usd",
    "saved_by_cache_usd",
    "calls_of_unknown_price",
    "calls_running",
    "calls_estimated",
    "web_searches",
)
COLUMNS_ABOUT_PEOPLE = ("person", "name")
#: Without it Excel takes the file for one of an older encoding.
BYTE_ORDER_MARK = "\ufeff"
#: What programs may take for the beginning of a cell or skip there: a separator, quotation marks, white space.
CELL_BEFORE_FORMULA = re.compile(r"""(?:[;,|\t\r\n]|^\s*")[\s"]*(?=[=+\-@%|＝＋－＠])""")
FULL_WIDTH_SIGNS = str.maketrans({"＝": "=", "＋": "+", "－": "-", "＠": "@"})


def export_costs(usage: QuerySet[Usage], first: date, last: date, *, with_people: bool) -> str:
    """Return one row for each month, model, purpose and, if asked for, person, as CSV."""
    users = User.objects.in_bulk() if with_people else {}
    rows: list[dict[str, object]] = []
    for month in months_since_first_call(usage):
        if first <= month <= last:
            groups = group_calls(usage, month, by_person=with_people)
            rows += sorted(
                (build_row(month, group, users.get(group.user_id) if group.user_id else None) for group in groups),
                key=lambda row: (row["model"], row["purpose"], row["person"]),
            )
    columns = [column for column in COLUMNS if with_people or column not in COLUMNS_ABOUT_PEOPLE]
    return write_csv(columns, rows)


def build_row(month: date, group: UsageGroup, user: User | None) -> dict[str, object]:
    totals = group.totals
    return {
        "month": f"{month:%Y-%m}",
        "model": group.model,
        "purpose": group.purpose,
        "person": user.email if user else "",
        "name": user.get_full_name() if user else "",
        "calls": totals.calls,
        "tokens_sent": totals.sent_tokens,
        "tokens_from_cache": totals.cached_tokens,
        "tokens_written": totals.written_tokens,
        # If no price is known, the cost is unknown and not zero.
        "cost_usd": f"{totals.spent / MICRODOLLARS_PER_DOLLAR:.6f}" if totals.priced_calls else "",
        "saved_by_cache_usd": f"{totals.saved_by_cache / MICRODOLLARS_PER_DOLLAR:.6f}" if totals.priced_calls else "",
        "calls_of_unknown_price": totals.unpriced_calls,
        "calls_running": totals.running_calls,
        "calls_estimated": totals.estimated_calls,
        "web_searches": totals.searches,
    }


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return the columns of the rows as CSV. A text that could be taken for a formula gets an apostrophe in front."""
    file = io.StringIO(newline="")
    file.write(BYTE_ORDER_MARK)
    writer = csv.DictWriter(file, columns, extrasaction="ignore", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows({name: expose_signs(cell) for name, cell in row.items()} for row in rows)
    return file.getvalue()


def expose_signs(cell: object) -> object:
    """Return a text without the white space at its start and with a full-width sign there as the ASCII one.

    defusedcsv looks only at the first character and knows only ASCII signs. Some programs skip white space before a
    formula, and Excel in East Asian languages accepts full-width signs. A program that is set to another separator
    begins a new cell after it, where quotes do not help: a sign there gets its apostrophe here
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    if not isinstance(cell, str):
        return cell
    text = CELL_BEFORE_FORMULA.sub(r"\g<0>'", cell.lstrip())
    return text[:1].translate(FULL_WIDTH_SIGNS) + text[1:]
