"""Finds the blocks in HTML from comrak, and shows those as code that nest too deep. Called by `blocks`, `render`.

Browsers take seconds to lay out thousands of elements inside each other. Nobody writes a hundred on purpose.
"""

import re
from dataclasses import dataclass

from conversations.markdown.limits import fence_for

# Of comrak's elements. What `decorate` adds inside them (frames, tokens of code) and the page around them are less
# than 30 together, so that no page is deeper than 100.
MAX_DEPTH = 70
TAG_AND_POSITION = re.compile(r'<(/?)[a-z][a-z0-9]*\b(?: data-sourcepos="(\d+):\d+-(\d+):(\d+)")?[^>]*?(/?)>')


class TooDeep(Exception):
    """A block has more than MAX_DEPTH elements inside each other."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block outside of all others: its first and last line, from 1, and how many elements are inside each other."""

    first: int
    last: int
    depth: int


def find_blocks(html: str) -> list[Block]:
    """Return the blocks of HTML whose elements name their position. Raw HTML has no position and is left out."""
    blocks: list[Block] = []
    depth = max_depth = first = last = 0
    for match in TAG_AND_POSITION.finditer(html):  # `findall` would hold the GIL
        slash, first_line, last_line, last_column, is_empty = match.groups()
        if slash:
            depth -= 1
        elif not depth:
            # A block of which the last column is 0 ends before that line.
            first, last, max_depth = int(first_line), int(last_line) - (last_column == "0"), 0
        if not slash and not is_empty:
            depth += 1
            max_depth = max(max_depth, depth)
        if not depth:
            blocks.append(Block(first, last, max_depth))
    return blocks


def find_depth(html: str) -> int:
    """Return how many elements of a piece of HTML, without comments, are inside each other."""
    depth = max_depth = 0
    for match in TAG_AND_POSITION.finditer(html):
        if match[1]:
            depth -= 1
        elif not match[5]:
            depth += 1
            max_depth = max(max_depth, depth)
    return max_depth


def show_deep_blocks_as_code(text: str, blocks: list[Block]) -> str:
    """Return the text with a fence around each block that is too deep. No character of the block is lost."""
    lines = text.split("\n")
    for block in reversed(blocks):
        if block.depth > MAX_DEPTH:
            source = lines[block.first - 1 : block.last]
            fence = fence_for(source)
            lines[block.first - 1 : block.last] = [fence, *source, fence]
    return "\n".join(lines)
