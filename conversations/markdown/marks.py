"""Marks in a text: the numbers of the sources that a part of it cites. Called by `render`, `incremental`, and callers.

While a text is rendered, a mark is a run of noncharacters, which are replaced in what people and Claude write: no text
can contain a mark of its own.
"""

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from conversations.markdown.placeholders import NONCHARACTERS

START, ZERO = "\ufdd5", "\ufde0"  # a mark is the start and the digits of its number
MARK = re.compile("\ufdd5[\ufde0-\ufde9]+")
# As it is written in the address of a link.
ENCODED_START = "%EF%B7%95"
ENCODED_MARK = re.compile("%EF%B7%95(?:%EF%B7%A[0-9])+")

# A mark goes before space, the end of a row, and lines without words, such as the fence that closes code: written
# after them it would change what they mean.
WORDLESS = " \t\r\n|`~:=-"
WORDLESS_END = re.compile(r"[ \t\r|]*(?:\n[ \t\r\n|`~:=-]*)?\Z")
MAX_HELD_BACK = 100

# Where no mark can be: a code block, a formula, a link, code within a line; or the inside of a tag.
UNMARKABLE = re.compile(
    r"<pre[^>]*>.*?</pre>|<(span|code) data-math-style=[^>]*>.*?</\1>|<a [^>]*>.*?</a>|<code>.*?</code>|<[^>]*>",
    re.DOTALL,
)


def mark_text(pieces: Iterable[tuple[str, tuple[int, ...]]], write: Callable[[int], str] | None = None) -> str:
    """Return the pieces as one text, with a mark at the end of a piece for each number it has.

    `write` makes the marks for readers; without it they are for `render`.
    """
    done: list[str] = []
    text = ""
    for piece, numbers in pieces:
        text = insert_marks(text + remove_noncharacters(piece), numbers, write or write_mark)
        end = find_held_back(text)
        done.append(text[:end])
        text = text[end:]
    return "".join([*done, text])


def write_mark(number: int) -> str:
    return START + "".join(chr(ord(ZERO) + int(digit)) for digit in str(number))


def insert_marks(text: str, numbers: tuple[int, ...], write: Callable[[int], str] = write_mark) -> str:
    """Return a text with marks at its end. They are within what `find_held_back` finds, or before it."""
    if not numbers:
        return text
    end = WORDLESS_END.search(text, max(len(text) - MAX_HELD_BACK, 0))
    place = end.start() if end else len(text)
    return text[:place] + "".join(map(write, numbers)) + text[place:]


def find_held_back(text: str) -> int:
    """Return the offset of the end of a text before which marks may still be inserted."""
    return max(len(text.rstrip(WORDLESS)), len(text) - MAX_HELD_BACK)


def remove_noncharacters(text: str) -> str:
    """Return what somebody wrote, which has no marks."""
    return text if text.isascii() else NONCHARACTERS.sub("\ufffd", text)


def remove_marks(text: str) -> str:
    return MARK.sub("", text) if START in text else text


def move_marks(html: str) -> str:
    """Return comrak's HTML with the marks in code, formulas, links and tags after these."""
    if START not in html and ENCODED_START not in html:
        return html
    return UNMARKABLE.sub(_move_behind, html)


def _move_behind(match: re.Match[str]) -> str:
    element = ENCODED_MARK.sub(lambda mark: unquote(mark[0]), match[0])
    marks = "".join(dict.fromkeys(MARK.findall(element)))  # a bare address has them in its text, too
    element = MARK.sub("", element)
    if marks and element.startswith("<pre"):
        return f"{element}\n<p>{marks}</p>"
    return element + marks


def link_marks(html: str, sources: str) -> str:
    """Return sanitized HTML with links in place of the marks, to the elements with these ids and the number."""
    if START not in html:
        return html

    def link(mark: re.Match[str]) -> str:
        number = "".join(str(ord(digit) - ord(ZERO)) for digit in mark[0][1:])
        return f'<sup class="cite"><a href="#{sources}{number}" role="doc-noteref">{number}</a></sup>'

    return MARK.sub(link, html)
