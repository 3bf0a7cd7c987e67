"""Renders a text: limits → comrak → the page's markup → sanitizer. Called from outside and by `incremental`."""

import re

import comrak

from conversations.markdown.decorate import decorate
from conversations.markdown.limits import limit_complexity
from conversations.markdown.sanitizer import sanitize

# Raise it when the HTML of an unchanged text changes. Cached HTML of an older version is then rendered again.
VERSION = 4

# For each of these marks comrak searches the rest of the paragraph for the closing one: 50 000 marks take seconds.
MAX_FORMULA_MARKS = 2_000
FORMULA_MARK = re.compile(r"\\[(\[]|\$`")
# comrak's search for addresses is quadratic in the length of an unbroken run of characters.
UNBROKEN_RUN = re.compile(r"\S{5000}")

# comrak stops resolving reference links when their addresses together are longer than the text. In a short text, or
# in one block of a growing text, the third link to a long address would stay in brackets. A blank line of this length
# makes the text long enough.
PADDING = " " * 20_000 + "\n"

_PARSE_OPTIONS = comrak.ParseOptions()
_RENDER_OPTIONS = comrak.RenderOptions()
_RENDER_OPTIONS.escape = True
_POSITION_OPTIONS = comrak.RenderOptions()
_POSITION_OPTIONS.escape = True
_POSITION_OPTIONS.sourcepos = True


def render(text: str) -> str:
    """Return safe HTML of a whole text. It is sanitized last, so sanitizing it again changes nothing."""
    text = limit_complexity(normalize(text))
    padding = PADDING if "]:" in text else ""
    html = comrak.render_markdown(padding + text, _extension_options(text), _PARSE_OPTIONS, _RENDER_OPTIONS)
    return sanitize(decorate(html))


def normalize(text: str) -> str:
    """Return the text with `\\n` line endings and with U+FFFD in place of NUL and of lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def render_positions(text: str) -> str:
    """Return HTML whose blocks name their lines in `data-sourcepos`. It is not sanitized: never show it."""
    text = limit_complexity(text)
    return str(comrak.render_markdown(text, _extension_options(text), _PARSE_OPTIONS, _POSITION_OPTIONS))


def _extension_options(text: str) -> comrak.ExtensionOptions:
    # Footnotes stay off: they put ids made from the text into the page.
    options = comrak.ExtensionOptions()
    options.table = True
    options.strikethrough = True
    options.tasklist = True
    options.math_dollars = True
    options.autolink = UNBROKEN_RUN.search(text) is None
    # Most texts are too short to hold too many marks; they are not searched.
    has_few_marks = len(text) < MAX_FORMULA_MARKS or len(FORMULA_MARK.findall(text)) <= MAX_FORMULA_MARKS
    options.math_latex = options.math_code = has_few_marks
    return options
