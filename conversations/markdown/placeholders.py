"""Puts placeholders where something only looks like markup, so that the parser takes it for text. Called by `render`.

A placeholder is a character that no text has. It stands in place of a sign, or before one. Afterwards the signs are put
back in text, code and addresses alike, so it does no harm where the sign was text anyway, as in code.
"""

import re
from dataclasses import dataclass
from html import escape

from conversations.markdown.limits import DELIMITER_ROW, count_columns

# Unicode's noncharacters: `normalize` replaces them in what people and Claude write.
NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
TILDE, DOLLAR, BAR, ASTERISK, SEPARATOR = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4"
END_OF_ADDRESS = f" {SEPARATOR}"  # the parser ends a bare address at a space only
SIGNS = {END_OF_ADDRESS: "", TILDE: "~", DOLLAR: "$", BAR: "|", ASTERISK: "*", SEPARATOR: ""}
# As a placeholder is written in the address of a link.
ENCODED_PLACEHOLDER = re.compile("%EF%B7%9([0-4])")

# Signs after which an address does not go on: CJK and Arabic punctuation, full-width signs, typographic quotes, marks.
# Dashes and apostrophes are not among them, as they are in addresses of Wikipedia, nor is "々", which is a letter.
PUNCTUATION = (
    "\ufdd5"
    "\u00ab\u00bb\u201c-\u201f\u2026\u2039\u203a\u060c\u061b\u061f\u0964"
    "\u3000-\u3004\u3008-\u301f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
CJK_LETTER = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
# Of bounded length: a long text of addresses without such a sign would be read to its end for each of them.
# A bare address, not one in the brackets of a link, before such a sign, or its host before a CJK letter.
BARE_ADDRESS = re.compile(
    rf"[hw](?<!\]\([hw])(?<!<[hw])(?<!\]:[hw])(?<!\]:[ \t][hw])(?:(?<=h)ttps?://|(?<=w)ww\.)"
    rf"(?:(?:[a-z0-9-]{{1,63}}\.){{1,20}}[a-z]{{1,63}}(?=[{CJK_LETTER}])"
    rf"|[^\s<>{PUNCTUATION}]{{1,300}}+(?=[{PUNCTUATION}]))",
    re.IGNORECASE,
)

TILDES = re.compile(r"\\.|~+", re.DOTALL)
MULTIPLICATION = re.compile(r"\*(?<=[0-9]\*)(?=[0-9A-Za-z(])|\*(?<=[A-Za-z)]\*)(?=[0-9])")

MAX_DOLLARS = 4_000  # more than twice as many formulas as are converted
DOLLARS = re.compile(r"\\.|\$+", re.DOTALL)
BLANK_LINE = re.compile(r"\n[ \t]*\n")
# What follows the closing dollar of no formula, as in `$HOME/bin:$PATH`. "The $n$th" is one.
NO_END_OF_FORMULA = re.compile(r"(?!(?:th|st|nd|rd|s)\b)[A-Za-z0-9_({]")
TEX_SIGN = re.compile(r"[\\^_={}]")
WORD = re.compile(r"(?<![A-Za-z0-9])[a-z]{2,}")
AMOUNT = re.compile(r"[0-9][0-9.,]*(?:[kKmM]|bn)?(?![0-9A-Za-z])")
TWO_WORDS = re.compile(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}")

LABEL_END = re.compile(r"(^ {0,3}\[[^\[\]\n]+)?\]:", re.MULTILINE)
LABEL = re.compile(r"\[((?:\\.|[^\[\]\\])+)\]")
DEFINITION = re.compile(
    r"^ {0,3}\[((?!\^)(?:\\.|[^\[\]\\\n]){1,500})\](:)[ \t]*"
    r"(?:<(?P<a>(?:https?://|mailto:)[^\s<>\\]+)>|(?P<b>(?:https?://|mailto:)[^\s<>\\]+))"
    r"""(?:[ \t]+(?P<title>"[^"\n\\]*"|'[^'\n\\]*'|\([^()\n\\]*\)))?[ \t]*$""",
    re.MULTILINE | re.IGNORECASE,
)
# Characters of an address that comrak may write differently.
ENCODED = re.compile(r"[^!#$&()*+,./:;=?@_~A-Za-z0-9-]")

ROW_PREFIX = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)?")
ROW_SIGN = re.compile(r"`+|\$+|\\[()]|\\.|\|")
CLOSING_SIGNS = {r"\(": r"\)"}


@dataclass(frozen=True, slots=True)
class Definition:
    """A link reference definition of one line. `colon` is the offset of its colon in the text."""

    colon: int
    label: str
    address: str
    title: str

    @property
    def line(self) -> str:
        return f"[{self.label}]: <{self.address}> {self.title}"

    def is_used_in(self, html: str) -> bool:
        """Whether a link of this HTML leads to the address, or may do so: the parser encodes some characters."""
        return ENCODED.search(self.address) is not None or f'href="{escape(self.address)}"' in html


def insert_placeholders(text: str, definition_colons: set[int]) -> str:
    """Return the text with placeholders. Only link definitions whose colons have these offsets are parsed as such."""

    def escape_label(match: re.Match[str]) -> str:
        if match.end() - 1 in definition_colons:
            return match[0]
        label = f"{match[1]}{SEPARATOR}" if match[1] else ""  # nor may "[Anna]" be a link
        return f"{label}]{SEPARATOR}:"

    if "]:" in text:
        text = LABEL_END.sub(escape_label, text)
    if not text.isascii():
        text = BARE_ADDRESS.sub(rf"\g<0>{END_OF_ADDRESS}", text)
    if "~" in text:
        text = TILDES.sub(lambda match: TILDE if match[0] == "~" else match[0], text)
    if "*" in text:
        text = MULTIPLICATION.sub(ASTERISK, text)
    if "$" in text:
        text = replace_dollars(text)
    return replace_bars(text)


def restore_placeholders(html: str) -> str:
    """Return the HTML with the signs in place of the placeholders."""
    html = ENCODED_PLACEHOLDER.sub(lambda match: SIGNS[chr(ord(TILDE) + int(match[1]))], html)
    for placeholder, sign in SIGNS.items():
        html = html.replace(placeholder, sign)
    return html


def find_definitions(text: str) -> list[Definition]:
    """Return what can be a link reference definition. "[Anna]: Hello" and the footnote "[^1]: …" are text."""
    if "]:" not in text:
        return []
    return [
        Definition(match.start(2), match[1], match["a"] or match["b"], match["title"] or "")
        for match in DEFINITION.finditer(text)
        if match[1].strip()
    ]


def find_used_definitions(text: str) -> list[Definition]:
    """Return the definitions whose label is also somewhere else in the text."""
    definitions = find_definitions(text)
    if not definitions:
        return []
    colons = {definition.colon for definition in definitions}
    used = {_normalize_label(match[1]) for match in LABEL.finditer(text) if match.end() not in colons}
    return [definition for definition in definitions if _normalize_label(definition.label) in used]


def _normalize_label(label: str) -> str:
    return " ".join(label.split()).casefold()


def replace_dollars(text: str) -> str:
    """Replace the dollars around which there is no formula. Only "$$" may have other dollars in between."""
    if text.count("$") > MAX_DOLLARS:
        return text.replace("$", DOLLAR)
    runs = [match for match in DOLLARS.finditer(text) if match[0][0] == "$"]
    next_double, following = [0] * len(runs), 0
    for index in range(len(runs) - 1, -1, -1):
        next_double[index] = following
        following = index if runs[index][0] == "$$" else following
    pieces, end, index = [], 0, 0
    while index < len(runs):
        run = runs[index]
        closing = next_double[index] if run[0] == "$$" else index + 1
        if index < closing < len(runs) and _is_formula(text, run, runs[closing]):
            index = closing + 1
            continue
        pieces += [text[end : run.start()], DOLLAR * len(run[0])]
        end, index = run.end(), index + 1
    return "".join([*pieces, text[end:]])


def _is_formula(text: str, opening: re.Match[str], closing: re.Match[str]) -> bool:
    """Whether these two runs of dollars and what is between them are a formula: Pandoc's rule, and no prose."""
    tex = text[opening.end() : closing.start()]
    if len(opening[0]) != len(closing[0]) or len(opening[0]) > 2 or not tex.strip() or BLANK_LINE.search(tex):
        return False
    if tex[0] == tex[-1] == "`" and len(tex) > 2:
        return True
    is_display = len(opening[0]) == 2
    if TEX_SIGN.search(tex) is None:
        starts_like_prose = is_display or AMOUNT.match(tex)
        if TWO_WORDS.search(tex) or (starts_like_prose and WORD.search(tex)):
            return False
    if is_display:
        return True
    before = text[max(0, opening.start() - 1) : opening.start()]
    return not (
        tex[0].isspace()
        or tex[-1].isspace()
        or "`" in tex
        or (before.isascii() and before.isalnum())
        or NO_END_OF_FORMULA.match(text, closing.end())
    )


def replace_bars(text: str) -> str:
    """Replace the bars that would cut code or a formula in a cell into cells, or make a cell beyond the last column."""
    if "|" not in text or DELIMITER_ROW.search(text) is None:
        return text
    lines = text.split("\n")
    columns = 0
    for number, line in enumerate(lines):
        if not line.strip(" \t>"):
            columns = 0
        elif columns:
            if line.strip(" \t>").removeprefix("|").removesuffix("|").count("|") < columns:
                continue
            inner, hidden = _find_bars(line)
            if len(inner) + len(hidden) >= columns:
                lines[number] = _replace_at(line, hidden + inner[columns - 1 :])
        elif columns := count_columns(line):
            header = lines[number - 1] if number else ""
            inner, hidden = _find_bars(header)
            if hidden and len(inner) == columns - 1:
                lines[number - 1] = _replace_at(header, hidden)
    return "\n".join(lines)


def _find_bars(row: str) -> tuple[list[int], list[int]]:
    """Return the offsets of the bars between the cells of a row, and of those in code and formulas."""
    prefix, end = ROW_PREFIX.match(row), len(row.rstrip())
    start = prefix.end() if prefix else 0
    signs = list(ROW_SIGN.finditer(row))
    closing_index = [0] * len(signs)
    following: dict[str, int] = {}
    for index in range(len(signs) - 1, -1, -1):
        sign = signs[index][0]
        closing_index[index] = following.get(CLOSING_SIGNS.get(sign, sign), 0)
        following[sign] = index
    between, hidden, hidden_until = [], [], -1
    for index, match in enumerate(signs):
        if match[0] != "|":
            opens = match[0][0] in "`$" or match[0] in CLOSING_SIGNS
            if opens and index > hidden_until and closing_index[index]:
                hidden_until = closing_index[index]
        elif index < hidden_until:
            hidden.append(match.start())
        elif start < match.start() < end - 1:
            between.append(match.start())
    return between, hidden


def _replace_at(row: str, offsets: list[int]) -> str:
    characters = list(row)
    for offset in offsets:
        characters[offset] = BAR
    return "".join(characters)
