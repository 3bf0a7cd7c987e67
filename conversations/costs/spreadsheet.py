"""Tables for spreadsheet programs: CSV in which no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

#: What makes a program calculate instead of show; the last ones are the same signs in East Asian width.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Excel takes a file without it for one of an older encoding.
BYTE_ORDER_MARK = "\ufeff"


def spreadsheet(rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO(BYTE_ORDER_MARK, newline="")
    file.seek(0, io.SEEK_END)
    csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue()


def harmless(cell: object) -> object:
    """Numbers stay; a text that could be a formula begins with an apostrophe."""
    if isinstance(cell, str) and (cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA)):
        return f"'{cell}"
    return cell
