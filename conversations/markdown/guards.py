"""Defuses what would grow without measure, before it is parsed (comrak keeps the GIL). Called by `render`.

Every line stays where it was, so that positions in the guarded text are positions in the text itself.
"""

import re

import comrak

MAX_CELLS = 20_000
MAX_MARKERS = 100

MARKER = r"[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))"
TOO_DEEP = re.compile(rf"^((?:{MARKER}){{{MAX_MARKERS}}}[ \t]*\d*)([>+*.)-].*)$", re.MULTILINE)
RULE = re.compile(r"[ \t]*(?:[-\t ]*|[*\t ]*)")  # a thematic break may be as long as it likes
DELIMITERS = re.compile(r"^[ \t>]*[|:-][-|: \t]*$", re.MULTILINE)
TOP_LEVEL = re.compile(r" {0,3}[^\s>]")
CODE = re.compile(r'<pre data-sourcepos="(\d+):\d+-(\d+):')


def guarded(text: str) -> str:
    return _small_tables(_shallow(text))


def _shallow(text: str) -> str:
    """The 101st block marker of a line, and all after it, become text."""
    if TOO_DEEP.search(text) is None:
        return text
    code = _code_lines(TOO_DEEP.sub("x", text))
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number not in code and RULE.fullmatch(line) is None:
            lines[number] = TOO_DEEP.sub(r"\1\\\2", line)
    return "\n".join(lines)


def _small_tables(text: str) -> str:
    """A table that would fill up to more than 20 000 cells, or to more cells than it has characters, is shown as code.

    The second limit matters as much: hundreds of small tables of which almost every cell is made up
    by the parser (a row may leave out its last cells) are as heavy as one large table.
    """
    if DELIMITERS.search(text) is None:
        return text
    lines = text.split("\n")
    large = _large_tables(lines)
    if not large:
        return text
    code, fenced = _code_lines(text), 0
    for number, end in large:
        if number in code:
            continue
        if TOP_LEVEL.match(lines[number]) and number >= fenced:
            _show_as_code(lines, number, end)
            fenced = end
        else:
            # Inside a quote or a list a fence would need its prefix; without delimiters the lines are plain text.
            lines[number] = re.sub(r"([|:-])", r"\\\1", lines[number], count=1)
    return "\n".join(lines)


def _large_tables(lines: list[str]) -> list[tuple[int, int]]:
    """Each row of dashes that makes too many cells, and the first line after its table.

    That line is never too early, as only a blank one surely ends a table. One walk from the end: a text of nothing
    but such rows would otherwise be counted to its end from each of them.
    """
    large: list[tuple[int, int]] = []
    end, size = len(lines), 0
    for number in range(len(lines) - 1, 0, -1):
        line = lines[number]
        if not line.strip(" \t>"):
            end, size = number, 0
            continue
        size += len(line) + 1
        if _columns(line) * (end - number) > min(MAX_CELLS, size + len(lines[number - 1])):
            large.append((number, end))
    return large[::-1]


def _columns(line: str) -> int:
    """How many columns a table with this row of dashes has; none if it is no such row."""
    if "-" not in line or not ("|" in line or ":" in line) or DELIMITERS.fullmatch(line) is None:
        return 0
    return line.strip(" \t>").strip("|").count("|") + 1


def _show_as_code(lines: list[str], number: int, end: int) -> None:
    """The row of dashes gives up its line to the header, and the header its own to the fence."""
    fence = _fence(lines[number - 1 : end])
    lines[number - 1 : number + 1] = [fence, lines[number - 1]]
    if end < len(lines):
        lines[end] = fence


def _fence(lines: list[str]) -> str:
    return "`" * max(3, 1 + max(map(len, re.findall(r"`*", "\n".join(lines)))))


def _code_lines(text: str) -> set[int]:
    """The lines (counted from 0) that are code, found without tables, which are what makes parsing dear."""
    render = comrak.RenderOptions()
    render.sourcepos = True
    html = comrak.render_markdown(text, comrak.ExtensionOptions(), comrak.ParseOptions(), render)
    spans = (range(int(first) - 1, int(last)) for first, last in CODE.findall(html))
    return {line for span in spans for line in span}
