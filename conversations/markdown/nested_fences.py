"""Makes the fence of Markdown that is shown as code longer than the fences in it. Called by `render`, `open_markup`.

In CommonMark the first bare fence ends "```markdown", even if it belongs to a "```sh" in it, and what follows is
rendered the wrong way round. A fence in it that names a language opens a block, the next bare one closes that block.
This is done for Markdown alone, and for a whole text only if the outer fence is closed: otherwise it is ambiguous.
"""

import re
from collections.abc import Iterator
from itertools import islice

from conversations.markdown.limits import CODE_POSITION, render_block_positions

LANGUAGE = r"(?:markdown|md|mdx)(?![^\s`])"
MARKDOWN_FENCE = re.compile(rf"((?<!`)`{{3,}}+|(?<!~)~{{3,}}+)[ \t]*+{LANGUAGE}", re.IGNORECASE)
FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)[ \t]*+([^`\n]*+)")
MAX_NESTED = 10  # each is searched in a new parse of the text


def holds_markdown(info: str) -> bool:
    """Whether the info string of a fence says that its code is Markdown."""
    return re.match(LANGUAGE, info, re.IGNORECASE) is not None


def find_level_change(line: str, marker: str) -> int:
    """Return 1 if this line opens a block that a fence with this marker would end too early, -1 if it closes one."""
    match = FENCE.fullmatch(line)
    if match is None or not match[1].startswith(marker):
        return 0
    return 1 if match[2].strip() else -1


def lengthen_fences(text: str, *, is_growing: bool = False) -> str:
    """Return the text with longer fences around Markdown that holds fences. Lines keep their numbers.

    In a growing text a fence that is not closed yet is lengthened too, so that the code reaches to the end.
    """
    # Without the first check the search would be a third of the rendering of a short text (`make bench`).
    if not ("```" in text or "~~~" in text) or MARKDOWN_FENCE.search(text) is None:
        return text
    lines = text.split("\n")
    number = -1
    for _ in range(MAX_NESTED):
        codes = islice(_find_cut_codes(lines, number), MAX_NESTED)
        ends = ((*code, _find_end(lines, *code)) for code in codes)
        found = next((code for code in ends if is_growing or code[-1] is not None), None)
        if found is None:
            break
        first, _column, marker, end = found
        number = len(lines) if end is None else end
        longest = max(map(len, re.findall(re.escape(marker[0]) + "+", "\n".join(lines[first:number]))))
        for fence_line in [first] if end is None else [first, end]:
            lines[fence_line] = lines[fence_line].replace(marker, marker[0] * (longest + 1), 1)
    return "\n".join(lines)


def _find_cut_codes(lines: list[str], after: int) -> Iterator[tuple[int, int, str]]:
    """Yield line and column, from 0, and marker of each Markdown shown as code in which another block opens."""
    for match in CODE_POSITION.finditer(render_block_positions("\n".join(lines))):
        first, column, last = int(match[1]) - 1, int(match[2]) - 1, int(match[3])
        fence = MARKDOWN_FENCE.match(lines[first][column:])
        if first > after and fence:
            code = [line[column:] if line[:column].strip(" >") == "" else line for line in lines[first + 1 : last]]
            if any(find_level_change(line, fence[1]) > 0 for line in code):
                yield first, column, fence[1]


def _find_end(lines: list[str], first: int, column: int, marker: str) -> int | None:
    """Return the number of the line that closes the outer fence, or None."""
    level = 1
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if line[:column].strip(" >"):  # the item or quote has ended
            return None
        level += find_level_change(line[column:], marker)
        if not level:
            return number
    return None
