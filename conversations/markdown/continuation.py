"""What was open where a text was cut, so that its continuation is rendered as if both were one text.

Called for answers that continue another one. Code, lists, quotes and tables are reopened; emphasis is not.
"""

import re
from dataclasses import dataclass
from typing import Literal

from conversations.markdown.blocks import find_opening_fence
from conversations.markdown.depth import find_blocks
from conversations.markdown.render import normalize, render_positions

START_TAG = re.compile(r'<(/?)(li|blockquote|pre|table|p|h[1-6]|ul|ol|hr)\b(?: data-sourcepos="(\d+):(\d+)-(\d+):)?')
ITEM_MARKER = re.compile(r"((?:[-+*]|\d{1,9}[.)]))([ \t]{0,4})")
CONTAINER_PREFIX = " \t>"
FENCE_LINE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*(\S*)", re.MULTILINE)
ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])[ \t]")
# So much of a continuation tells whether Claude has reopened by itself what was open.
MIN_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Opening:
    """The source that reopens what was open: it goes before the continuation."""

    kind: Literal["code", "table", "container"]
    source: str

    def is_decided_by(self, text: str) -> bool:
        """Whether this beginning of a continuation is long enough for `put_before`."""
        return len(text) >= MIN_LENGTH or "\n" in text.lstrip("\n")

    def put_before(self, text: str) -> str:
        """Return the source of the continuation: without the opening if Claude opened it again, or had closed it."""
        match self.kind:
            case "code":
                fence = FENCE_LINE.search(text)
                is_needed = fence is None or not fence[1]
            case "table":
                is_needed = text.lstrip()[:1] == "|" or not self.source.endswith("\n")
            case "container":
                is_needed = not text.startswith("\n") and ITEM.match(text) is None
        return self.source + text if is_needed else text


@dataclass(frozen=True, slots=True)
class Element:
    """An element that is open at the end of a text, and where it begins: line and column from 0."""

    name: str
    line: int
    column: int
    last_line: int


def find_opening(text: str) -> Opening | None:
    """Return what is open at the end of this text, or None."""
    text = normalize(text)
    html = render_positions(text)
    blocks = find_blocks(html)
    lines = text.split("\n")
    if not blocks or "".join(lines[blocks[-1].last :]).strip():
        return None
    *containers, leaf = _find_last_elements(html)
    is_within_line = bool(lines[-1])
    first_prefix, prefix = _build_prefixes(containers, lines)
    match leaf.name:
        case "pre":
            return _reopen_code(leaf, lines, first_prefix, prefix if is_within_line else "")
        case "table":
            rows = [lines[leaf.line + 1]]  # the delimiter row
            if is_within_line and len(lines) > leaf.line + 2:
                rows.append(lines[-1])
            header = first_prefix.ljust(leaf.column) + lines[leaf.line][leaf.column :]
            source = "\n".join([header, *(prefix + row.lstrip(CONTAINER_PREFIX) for row in rows)])
            return Opening("table", source if is_within_line else f"{source}\n")
    return Opening("container", first_prefix) if containers and is_within_line else None


def _find_last_elements(html: str) -> list[Element]:
    """Return the lists' items and quotes around the last block, and that block."""
    open_elements: list[Element] = []
    last: list[Element] = []
    for match in START_TAG.finditer(html):
        slash, name, line, column, last_line = match.groups()
        is_container = name in ("li", "blockquote")
        if slash:
            if is_container:
                open_elements.pop()
        elif line:
            element = Element(name, int(line) - 1, int(column) - 1, int(last_line) - 1)
            if is_container:
                open_elements.append(element)
                last = [*open_elements, Element("p", element.line, element.column, element.last_line)]
            elif name not in ("ul", "ol"):
                last = [*open_elements, element]
    return last


def _build_prefixes(containers: list[Element], lines: list[str]) -> tuple[str, str]:
    """Return a line that opens these items and quotes, and the prefix with which a further line is inside them."""
    first = further = ""
    for container in containers:
        marker = ITEM_MARKER.match(lines[container.line][container.column :])
        first, further = first.ljust(container.column), further.ljust(container.column)
        if container.name == "li" and marker:
            first += marker[1] + (marker[2] or " ")
            further = further.ljust(len(first))
        else:
            first, further = f"{first}> ", f"{further}> "
    return first, further


def _reopen_code(code: Element, lines: list[str], first_prefix: str, prefix: str) -> Opening | None:
    fence_line = lines[code.line][code.column :]
    fence = find_opening_fence(f"{fence_line}\n")
    last = lines[code.last_line].lstrip(CONTAINER_PREFIX)
    is_closed = fence is None or (code.last_line > code.line and fence.is_closed_by(last))
    if is_closed or code.line == len(lines) - 1:
        return None
    return Opening("code", f"{first_prefix.ljust(code.column)}{fence_line}\n{prefix}")
