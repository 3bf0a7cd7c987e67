"""Where the top-level blocks of a text stand, and how a fence opens and closes. Called by `growing`."""

import re
from dataclasses import dataclass

from .render import positioned

TAG = re.compile(r'<(/?)(ul|ol|blockquote|p|h[1-6]|pre|table|hr)\b(?: data-sourcepos="(\d+):\d+-(\d+):(\d+)")?')
CONTAINERS = ("ul", "ol", "blockquote")
DEFINITION = re.compile(r" {0,3}\[[^\]]+\]:[ \t]*\S")
FENCE = re.compile(r"(?:[ \t]*\n)*( {0,3})(`{3,}(?=[^`\n]*\n)|~{3,})([^\n]*)\n")


@dataclass(frozen=True, slots=True)
class Fence:
    """An open fence: where its code begins, its language, and what would close it."""

    begin: int
    indent: int
    marks: str
    info: str

    def closed_by(self, line: str) -> bool:
        """Whether this complete line, without its end, closes the fence."""
        bare = line.strip(" \t")
        return bare.startswith(self.marks) and self.may_close(line)

    def may_close(self, line: str) -> bool:
        """Whether this line may still become one that closes the fence."""
        indent = len(line) - len(line.lstrip(" "))
        return indent <= 3 and not line[indent:].rstrip(" \t").strip(self.marks[0])

    def unindented(self, line: str) -> str:
        spaces = len(line) - len(line.lstrip(" "))
        return line[min(spaces, self.indent) :]


def opening(source: str) -> Fence | None:
    """The fence with which this text opens, once its first line is complete."""
    found = FENCE.match(source)
    return Fence(found.end(), len(found[1]), found[2], found[3].strip()) if found else None


def finished(source: str) -> tuple[int, list[str]]:
    """How many characters belong to blocks that can no longer change, and the link definitions between them.

    A block is finished when the next one owns a complete line: without that rule "- a⏎⏎-" splits a list.
    """
    spans = _spans(positioned(source[: source.rfind("\n") + 1]))
    if not spans or spans[-1][0] == 1:
        return 0, []
    lines = source.split("\n")[: spans[-1][0] - 1]
    between = set(range(len(lines))).difference(*(range(first - 1, last) for first, last in spans))
    definitions = [lines[number] for number in sorted(between) if DEFINITION.match(lines[number])]
    return sum(map(len, lines)) + len(lines), definitions


def _spans(html: str) -> list[tuple[int, int]]:
    """First and last line, from 1, of each block that stands in no other. Raw HTML carries no position."""
    spans, depth = [], 0
    for closing, tag, first, last, column in TAG.findall(html):
        if first and not depth:
            spans.append((int(first), int(last) - (column == "0")))
        if tag in CONTAINERS:
            depth += -1 if closing else 1
    return spans
