"""Limits nesting and tables before a text is parsed, as comrak holds the GIL while it works. Called by `render`.

Every line keeps its number, so that positions in the limited text are positions in the text itself.
"""

import re

import comrak

MAX_CELLS = 20_000
MAX_MARKERS = 30  # each makes one or two elements; `depth` limits what many lines nest

MARKER = r"[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))"
TOO_DEEP = re.compile(rf"^((?:{MARKER}){{{MAX_MARKERS}}}[ \t]*\d*)([>+*.)-].*)$", re.MULTILINE)
THEMATIC_BREAK = re.compile(r"[-\t ]*|[*\t ]*")  # may be of any length
DELIMITER_ROW = re.compile(r"^[ \t>]*[|:-][-|: \t]*$", re.MULTILINE)
TOP_LEVEL_LINE = re.compile(r" {0,3}[^\s>]")
# First line, column and last line, from 1, of a code block in the HTML of `render_block_positions`.
CODE_POSITION = re.compile(r'<pre data-sourcepos="(\d+):(\d+)-(\d+):')


def limit_complexity(text: str) -> str:
    """Return the text with the markup escaped that would become very large or very deep HTML."""
    return limit_tables(limit_nesting(text))


def limit_nesting(text: str) -> str:
    """Escape all block markers of a line after the first 30."""
    if TOO_DEEP.search(text) is None:
        return text
    code_lines = _find_code_lines(TOO_DEEP.sub("x", text))
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number not in code_lines and THEMATIC_BREAK.fullmatch(line) is None:
            lines[number] = TOO_DEEP.sub(r"\1\\\2", line)
    return "\n".join(lines)


def limit_tables(text: str) -> str:
    """Show a table as code if it has more than 20 000 cells, or more cells than characters.

    A row may leave out its last cells, and the parser adds them. Without the second limit hundreds of small tables
    with few written cells are as expensive as one large table.
    """
    if DELIMITER_ROW.search(text) is None:
        return text
    lines = text.split("\n")
    large_tables = _find_large_tables(lines)
    if not large_tables:
        return text
    code_lines, fence_end = _find_code_lines(text), 0
    for delimiter_row, table_end in large_tables:
        if delimiter_row in code_lines:
            continue
        if TOP_LEVEL_LINE.match(lines[delimiter_row]) and delimiter_row >= fence_end:
            _show_as_code(lines, delimiter_row, table_end)
            fence_end = table_end
        else:
            # In a quote or a list a fence would need their prefix. Without a delimiter row the lines are plain text.
            lines[delimiter_row] = re.sub(r"([|:-])", r"\\\1", lines[delimiter_row], count=1)
    return "\n".join(lines)


def _find_large_tables(lines: list[str]) -> list[tuple[int, int]]:
    """Return the delimiter row of each table that is too large, and the first line after the table.

    Only a blank line is sure to end a table, so that line may be too late but is never too early. The lines are read
    once, from the last to the first: a text of delimiter rows only would otherwise take quadratic time.
    """
    large_tables: list[tuple[int, int]] = []
    table_end, size = len(lines), 0
    for number in range(len(lines) - 1, 0, -1):
        line = lines[number]
        if not line.strip(" \t>"):
            table_end, size = number, 0
            continue
        size += len(line) + 1
        max_cells = min(MAX_CELLS, size + len(lines[number - 1]))
        if count_columns(line) * (table_end - number) > max_cells:
            large_tables.append((number, table_end))
    return large_tables[::-1]


def count_columns(line: str) -> int:
    """Return how many columns this delimiter row makes, or 0 if it is no delimiter row."""
    if "-" not in line or not ("|" in line or ":" in line) or DELIMITER_ROW.fullmatch(line) is None:
        return 0
    return line.strip(" \t>").strip("|").count("|") + 1


def _show_as_code(lines: list[str], delimiter_row: int, table_end: int) -> None:
    """Put the table into a fence. The fence takes the line of the header, the header that of the delimiter row."""
    header = delimiter_row - 1
    fence = fence_for(lines[header:table_end])
    lines[header : delimiter_row + 1] = [fence, lines[header]]
    if table_end < len(lines):
        lines[table_end] = fence


def fence_for(lines: list[str]) -> str:
    """Return a fence that none of these lines can close."""
    backticks = re.findall(r"`+", "\n".join(lines))
    return "`" * max(3, 1 + max(map(len, backticks), default=0))


def render_block_positions(text: str) -> str:
    """Return HTML whose blocks name their lines in `data-sourcepos`. Tables, which are slow to parse, are not parsed.

    It is not sanitized: never show it.
    """
    options = comrak.RenderOptions()
    options.sourcepos = True
    return str(comrak.render_markdown(text, comrak.ExtensionOptions(), comrak.ParseOptions(), options))


def _find_code_lines(text: str) -> set[int]:
    """Return the numbers, from 0, of the lines in code blocks."""
    html = render_block_positions(text)
    spans = [(int(first), int(last)) for first, _column, last in CODE_POSITION.findall(html)]
    return {number for first, last in spans for number in range(first - 1, last)}
