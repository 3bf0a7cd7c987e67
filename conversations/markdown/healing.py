"""Half-typed Markdown → Markdown whose rendering will not be taken back. Called by `growing` for the open tail.

Only a guess at what is being written: a wrong one is gone with the next characters, or when the block is committed.
"""

import re

PREFIX = r"(?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*"
# A last line of nothing but the beginnings of markup: it may become a rule, a heading's underline, an item, a row.
FORMING = re.compile(r"[ \t>|#*+=_~`:-]*(?:\d{1,9}[.)]?)?[ \t]*(?:\[[ xX]?\]?)?")
HALF_FENCE = re.compile(rf"{PREFIX}(?:`{{3,}}[^`]*|~{{3,}}.*)")
FENCE = re.compile(rf"^{PREFIX}(`{{3,}}|~{{3,}})([^\n]*)$", re.MULTILINE)
NEW_CONTEXT = re.compile(r"[ \t]*(?:$|[>|]|#{1,6} |[-+*][ \t]|\d{1,9}[.)][ \t])")
ROW = re.compile(r"[ \t>]*\|")
# In these two each branch begins with a character, which is what lets the search skip all others quickly.
_LINK = r"\[([^\[\]`]*)(?:\](?:\([^()\n]*(?:\([^()\n]*\)?)?)?)?$"
HALF_LINK = re.compile(rf"{_LINK}|!{_LINK}|<(?=https?:[^>\s]*$)")
MARK = re.compile(r"\\[(\[]|\\.|``*|\*\**|__*|~~*|\$\$|\$(?=[\\{]|\Z)", re.DOTALL)
MATH_END = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
HALF_ENTITY = re.compile(r"&(?:#?[A-Za-z0-9]{0,8})?$")
HALF_DEFINITION = re.compile(r" {0,3}\[[^\]\n]*(?:\](?::[^\n]*)?)?")
MAX_HIDDEN = 500


def heal(text: str) -> str:
    text = _without_forming_line(text)
    if text.startswith(("    ", "\t")) or _in_fence(text):
        return text
    lines = text.split("\n")
    last = len(lines) - 1 - (lines[-1] == "")
    if last >= 0 and ROW.match(lines[last]) and not (last and ROW.match(lines[last - 1])):
        return "".join(f"{line}\n" for line in lines[:last])  # a table's header: shown with its delimiters
    begin = _context(text, lines)
    return text[:begin] + _inline(text[begin:])


def _without_forming_line(text: str) -> str:
    begin = text.rfind("\n") + 1
    last = text[begin:]
    return text[:begin] if FORMING.fullmatch(last) or HALF_FENCE.fullmatch(last) else text


def _in_fence(text: str) -> bool:
    marks = ""
    for run, rest in FENCE.findall(text):
        if not marks:
            marks = run if "`" not in rest else ""
        elif run.startswith(marks) and not rest.strip():
            marks = ""
    return bool(marks)


def _context(text: str, lines: list[str]) -> int:
    """Where the last paragraph, item or cell begins: marks before it cannot be closed in it."""
    number, begin = len(lines) - 1, len(text) - len(lines[-1])
    if number and not lines[-1]:  # after a line that has just ended, its paragraph is still the last
        number, begin = number - 1, begin - len(lines[-2]) - 1
    while number and not NEW_CONTEXT.match(lines[number]):
        number -= 1
        begin -= len(lines[number]) + 1
    return text.rfind("|") + 1 if ROW.match(lines[number]) else begin


def _inline(text: str) -> str:
    """The text with its open marks closed, and those at its very end left out until it is known what they open."""
    marks: list[str] = []
    place = 0
    while found := MARK.search(text, place):
        run, place = found[0], found.end()
        if run[0] == "`":
            end = _code_end(text, place, run)
            if end < 0:
                return _closed(text, marks, run) if place < len(text) else _closed(text[: found.start()], marks)
            place = end
        elif run in MATH_END:
            end = text.find(MATH_END[run], place)
            if end < 0 and len(text) - place <= MAX_HIDDEN:
                return _closed(text[: found.start()], marks)
            place = end + len(run) if end >= 0 else place
        elif run[0] in "*_~" and not _weigh(marks, run, text[: found.start()][-1:], text[place : place + 1]):
            text = text[: found.start()]
    if HALF_DEFINITION.fullmatch(text):
        return ""
    text = HALF_ENTITY.sub("", HALF_LINK.sub(r"\1\2", text))
    return _closed(text.removesuffix("\\"), marks)


def _code_end(text: str, place: int, run: str) -> int:
    found = re.compile(rf"(?<!`){run}(?!`)").search(text, place)
    return found.end() if found else -1


def _weigh(marks: list[str], run: str, before: str, after: str) -> bool:
    """Open or close emphasis; False for a run at the end of the text, which may yet become anything."""
    closes = before.strip() and not (run[0] == "_" and after.isalnum())
    opens = after.strip() and not (run[0] == "_" and before.isalnum())
    left = len(run)
    own = [index for index, mark in enumerate(marks) if mark[0] == run[0]]
    if not after and (not own or left < len(marks[own[-1]])):
        return False
    while closes and own and left:
        index = own.pop()
        taken = min(left, len(marks[index]))
        left -= taken
        rest = marks[index][taken:]
        marks[index:] = [rest] if rest else []
    if opens and left:
        marks.append(run[:left])
    return True


def _closed(text: str, marks: list[str], code: str = "") -> str:
    if not marks and not code:
        return text
    return text.rstrip() + code + "".join(reversed(marks))
