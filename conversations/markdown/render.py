"""Text → guards → comrak → own markup → allow-list. Called by the package's users and by `Growing` for each block."""

import re

import comrak

from .clean import clean
from .dress import dress
from .guards import guarded

VERSION = 3  # raise when the HTML of an unchanged text changes: cached html is then rendered anew

# comrak looks for the closing mark of each of these to the end of the paragraph: 50 000 of them take seconds.
MAX_FORMULA_MARKS = 2_000
FORMULA_MARK = re.compile(r"\\[(\[]|\$`")
# So does its search for addresses within one unbroken run of characters.
UNBROKEN = re.compile(r"\S{5000}")

# comrak lets all references to defined links fill no more than the text's own length. In a short text, or a block of
# a growing one, the third link to a long address would stay brackets: so such a text is lengthened by a blank line.
ROOM = " " * 20_000 + "\n"

_HTML = comrak.RenderOptions()
_HTML.escape = True
_POSITIONS = comrak.RenderOptions()
_POSITIONS.escape = True
_POSITIONS.sourcepos = True
_PARSE = comrak.ParseOptions()


def render(text: str) -> str:
    """Safe HTML of a whole text. The allow-list is the last step, so `clean(render(x)) == render(x)`."""
    text = guarded(normal(text))
    options = _extensions(text)
    room = ROOM if "]:" in text else ""
    return clean(dress(comrak.render_markdown(room + text, options, _PARSE, _HTML)))


def normal(text: str) -> str:
    """One kind of line ending, and nothing that UTF-8 or HTML cannot carry."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def positioned(text: str) -> str:
    """HTML that says where each block stands in the text. Only for looking at, never to be shown."""
    text = guarded(text)
    return str(comrak.render_markdown(text, _extensions(text), _PARSE, _POSITIONS))


def _extensions(text: str) -> comrak.ExtensionOptions:
    # Footnotes stay off: they give elements ids made from the text.
    options = comrak.ExtensionOptions()
    options.table = True
    options.strikethrough = True
    options.tasklist = True
    options.math_dollars = True
    options.autolink = UNBROKEN.search(text) is None
    options.math_latex = options.math_code = _formula_marks(text) <= MAX_FORMULA_MARKS
    return options


def _formula_marks(text: str) -> int:
    # Most texts are too short to hold too many, and the search is not for nothing.
    return 0 if len(text) < MAX_FORMULA_MARKS else sum(1 for _ in FORMULA_MARK.finditer(text))
