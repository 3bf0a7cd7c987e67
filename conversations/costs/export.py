"""Tables as CSV for spreadsheet programs, in which no cell is taken for a formula."""

import io
from collections.abc import Iterable, Sequence

from defusedcsv import csv

#: Without it Excel takes the file for one of an older encoding.
BYTE_ORDER_MARK = "\ufeff"
FULL_WIDTH_SIGNS = str.maketrans({"＝": "=", "＋": "+", "－": "-", "＠": "@"})


def write_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as CSV. A text that a program could take for a formula gets an apostrophe in front."""
    file = io.StringIO(newline="")
    file.write(BYTE_ORDER_MARK)
    csv.writer(file).writerows([_expose_sign(cell) for cell in row] for row in rows)
    return file.getvalue()


def _expose_sign(cell: object) -> object:
    """Return a text without the white space at its start and with a full-width sign there as the ASCII one.

    defusedcsv looks only at the first character and knows only ASCII signs. Some programs skip white space before a
    formula, and Excel in East Asian languages accepts full-width signs (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    if not isinstance(cell, str):
        return cell
    text = cell.lstrip()
    return text[:1].translate(FULL_WIDTH_SIGNS) + text[1:]
