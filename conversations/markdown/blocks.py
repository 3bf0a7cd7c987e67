"""Finds the blocks of a growing text that can no longer change, and reads code fences. Called by `incremental`."""

import re
from dataclasses import dataclass

from conversations.markdown.depth import find_blocks
from conversations.markdown.placeholders import find_definitions
from conversations.markdown.render import render_positions

OPENING_FENCE = re.compile(r"(?:[ \t]*+\n)*( {0,3})(`{3,}+(?=[^`\n]*\n)|~{3,}+)([^\n]*+)\n")


@dataclass(frozen=True, slots=True)
class OpeningFence:
    """The line that opens a fenced code block. `code_start` is the offset of the line after it."""

    code_start: int
    indent: int
    marker: str
    info: str

    def is_closed_by(self, line: str) -> bool:
        """Whether this complete line, without its line feed, closes the block."""
        return line.strip(" \t").startswith(self.marker) and self.may_be_closed_by(line)

    def may_be_closed_by(self, line: str) -> bool:
        """Whether this line can still become one that closes the block."""
        indent = len(line) - len(line.lstrip(" "))
        return indent <= 3 and not line[indent:].rstrip(" \t").strip(self.marker[0])

    def remove_indent(self, line: str) -> str:
        """Return a line of the code without the indent of the fence."""
        spaces = len(line) - len(line.lstrip(" "))
        return line[min(spaces, self.indent) :]


def find_opening_fence(source: str) -> OpeningFence | None:
    """Return the fence that begins this text, or None. Its first line must be complete."""
    match = OPENING_FENCE.match(source)
    if match is None:
        return None
    indent, marker, info = match.groups()
    return OpeningFence(match.end(), len(indent), marker, info.strip())


def find_closed_blocks(source: str) -> tuple[int, list[str]]:
    """Return how many characters belong to blocks that can no longer change, and the link definitions in them.

    A block is closed when the next one has a complete line. Without that rule "- a⏎⏎-" would split a list.
    """
    blocks = find_blocks(render_positions(source[: source.rfind("\n") + 1]))
    if not blocks:
        return 0, []
    lines = source.split("\n")[: blocks[-1].first - 1]
    first_lines = {block.first for block in blocks}
    block_lines = {number for block in blocks for number in range(block.first, block.last + 1)}
    definitions: list[str] = []
    may_define = False  # nothing is defined within a block, but a paragraph of unused definitions may begin one
    for number, line in enumerate(lines, start=1):
        may_define = may_define or number in first_lines or number not in block_lines
        found = find_definitions(line) if may_define else []
        definitions += [definition.line for definition in found]
        may_define = bool(found)
    return sum(len(line) + 1 for line in lines), definitions
