"""Closes half-typed Markdown, so that what is shown is not taken back. Called by `incremental` for the open block.

It only guesses what is being written. A wrong guess disappears with the next characters or when the block closes.
"""

import re

from conversations.markdown.nested_fences import lengthen_fences

# Possessive (`*+`): what they have read is not given back, so that a long line is read once.
LINE_PREFIX = r"(?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*+"
# A last line of nothing but the beginnings of markup: it may become a rule, a heading's underline, an item, a row.
UNDECIDED_LINE = re.compile(r"[ \t>|#*+=_~`:-]*+(?:\d{1,9}[.)]?)?+[ \t]*+(?:\[[ xX]?\]?)?")
OPENING_FENCE_LINE = re.compile(rf"{LINE_PREFIX}(?:`{{3,}}+[^`]*|~{{3,}}+.*)")
FENCE = re.compile(rf"^{LINE_PREFIX}(`{{3,}}+|~{{3,}}+)([^\n]*)$", re.MULTILINE)
NEW_INLINE_CONTENT = re.compile(r"[ \t]*(?:$|[>|]|#{1,6} |[-+*][ \t]|\d{1,9}[.)][ \t])")
TABLE_ROW = re.compile(r"[ \t>]*\|")
# Each branch of these two begins with a character, so that the search skips all other characters quickly.
_LINK = r"\[([^\[\]`]*)(?:\](?:\([^()\n]*(?:\([^()\n]*\)?)?)?)?$"
HALF_LINK = re.compile(rf"{_LINK}|!{_LINK}|<(?=https?:[^<>\s]*$)")
DELIMITER = re.compile(r"\\[(\[]|\\.|``*|\*\**|__*|~(?:~+|\Z)|\$\$|\$(?=[\\{]|\Z)", re.DOTALL)
FORMULA_END = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
HALF_ENTITY = re.compile(r"&(?:#?[A-Za-z0-9]{0,8})?$")
MAX_HIDDEN = 500
MAX_OPEN_RUNS = 10  # more than these are no emphasis that somebody is writing


def close_open_markup(text: str) -> str:
    """Return the text with open markup closed, or left out as long as it is not known what it opens."""
    text = lengthen_fences(text, is_growing=True)
    last_line_start = text.rfind("\n") + 1
    last_line = text[last_line_start:]
    if UNDECIDED_LINE.fullmatch(last_line) or OPENING_FENCE_LINE.fullmatch(last_line):
        text = text[:last_line_start]
    if text.startswith(("    ", "\t")) or _ends_in_fence(text):
        return text
    lines = text.split("\n")
    last = len(lines) - 1
    if not lines[-1]:  # the last line has just ended
        last -= 1
    if last >= 0 and TABLE_ROW.match(lines[last]) and not (last and TABLE_ROW.match(lines[last - 1])):
        return "".join(f"{line}\n" for line in lines[:last])  # a table's header is shown with its delimiter row
    start = _find_inline_start(text, lines)
    return text[:start] + _close_inline_markup(text[start:])


def _ends_in_fence(text: str) -> bool:
    opening = ""
    for marker, info in FENCE.findall(text):
        if not opening:
            opening = marker if "`" not in info else ""
        elif marker.startswith(opening) and not info.strip():
            opening = ""
    return bool(opening)


def _find_inline_start(text: str, lines: list[str]) -> int:
    """Return where the last paragraph, item or cell begins: markup opened before it cannot be closed in it."""
    number, start = len(lines) - 1, len(text) - len(lines[-1])
    if number and not lines[-1]:  # the last line has just ended, and its paragraph is still the last one
        number, start = number - 1, start - len(lines[-2]) - 1
    while number and not NEW_INLINE_CONTENT.match(lines[number]):
        number -= 1
        start -= len(lines[number]) + 1
    return text.rfind("|") + 1 if TABLE_ROW.match(lines[number]) else start


def _close_inline_markup(text: str) -> str:
    """Return inline content with open delimiters closed, and without those at its very end."""
    emphasis = OpenEmphasis()
    endless: set[str] = set()  # marks whose end was looked for and not found: it is not looked for again
    position = 0
    while match := DELIMITER.search(text, position):
        start, position = match.span()
        run = match[0]
        if run[0] == "`":
            closing = re.compile(f"(?<!`)`{{{len(run)}}}(?!`)").search(text, position)
            if closing is None:
                has_code = position < len(text)
                return emphasis.close(text, run) if has_code else emphasis.close(text[:start])
            position = closing.end()
        elif run in FORMULA_END:
            end = -1 if run in endless else text.find(FORMULA_END[run], position)
            if end >= 0:
                position = end + len(run)
            elif len(text) - position <= MAX_HIDDEN:
                return emphasis.close(text[:start])
            else:
                endless.add(run)
        elif run[0] in "*_~" and not emphasis.take(run, text[max(start - 1, 0) : start], text[position : position + 1]):
            text = text[:start]
    text = HALF_ENTITY.sub("", HALF_LINK.sub(r"\1\2", text))
    return emphasis.close(text.removesuffix("\\"))


class OpenEmphasis:
    """The runs of emphasis and strikethrough that are open at one place of a text, the innermost last."""

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._counts = {"*": 0, "_": 0, "~": 0}

    def take(self, run: str, before: str, after: str) -> bool:
        """Open or close emphasis. Return False for a run at the end of the text, whose meaning is not known yet.

        `before` and `after` are the characters next to the run, empty at the ends of the text.
        """
        delimiter, length = run[0], len(run)
        can_close = before.strip() and not (delimiter == "_" and after.isalnum())
        can_open = after.strip() and not (delimiter == "_" and before.isalnum())
        if not after and length < next((len(run) for run in reversed(self._runs) if run[0] == delimiter), length + 1):
            return False
        while can_close and length and self._counts[delimiter]:
            innermost = self._pop()
            if innermost[0] == delimiter:  # runs of other delimiters inside it were no emphasis
                rest = innermost[length:]
                length -= len(innermost) - len(rest)
                self._push(rest)
        if can_open:
            self._push(run[:length])
        return True

    def _push(self, run: str) -> None:
        if run:
            self._runs.append(run)
            self._counts[run[0]] += 1

    def _pop(self) -> str:
        run = self._runs.pop()
        self._counts[run[0]] -= 1
        return run

    def close(self, text: str, code_run: str = "") -> str:
        runs = self._runs if len(self._runs) <= MAX_OPEN_RUNS else []
        return text.rstrip() + code_run + "".join(reversed(runs)) if runs or code_run else text
