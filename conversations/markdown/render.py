"""Renders a text: limits → placeholders → comrak → marks → the page's markup → sanitizer. Also for `incremental`."""

import re
from functools import cache

import comrak

from conversations.markdown.decorate import decorate
from conversations.markdown.depth import TooDeep, find_blocks, show_deep_blocks_as_code
from conversations.markdown.limits import limit_complexity
from conversations.markdown.marks import link_marks, move_marks, remove_noncharacters
from conversations.markdown.nested_fences import lengthen_fences
from conversations.markdown.parts import sanitize_in_parts
from conversations.markdown.placeholders import (
    find_used_definitions,
    insert_placeholders,
    restore_placeholders,
)

# Raise it when the HTML of an unchanged text changes. Cached HTML of an older version is then rendered again.
VERSION = 6

# For each of these marks comrak searches the rest of the paragraph for the closing one: 50 000 marks take seconds.
MAX_FORMULA_MARKS = 2_000
FORMULA_MARK = re.compile(r"\\[(\[]|\$`")
# comrak's search for addresses is quadratic in the length of an unbroken run of characters, and in the number of
# e-mail addresses of a paragraph: 10 000 take a second.
MAX_UNBROKEN_RUN = 5_000
MAX_AT_SIGNS = 2_000
#: A text is parsed so often to find the link definitions that are used.
MAX_PARSES = 3
HEADING = re.compile("<h([1-6])>")

# comrak stops resolving reference links when their addresses together are longer than the text. In a short text, or
# in one block of a growing text, the third link to a long address would stay in brackets. A blank line of this length
# makes the text long enough.
PADDING = " " * 20_000 + "\n"

_PARSE_OPTIONS = comrak.ParseOptions()
_RENDER_OPTIONS = comrak.RenderOptions()
_RENDER_OPTIONS.escape = True
_RENDER_OPTIONS.hardbreaks = True
_RENDER_OPTIONS.full_info_string = True
_POSITION_OPTIONS = comrak.RenderOptions()
_POSITION_OPTIONS.escape = True
_POSITION_OPTIONS.sourcepos = True


def render(text: str, link_definitions: str = "", first_heading: int = 0, sources: str = "") -> str:
    """Return safe HTML of a whole text. It is sanitized before the marks are linked, which only hold numbers.

    Of the text before this one: `link_definitions`, which are not shown, and the level of the first heading, if any.
    `sources`: the marks link to the elements with these ids and their numbers; the text is then one of `mark_text`.
    """
    text = limit_complexity(lengthen_fences(normalize(text, has_marks=bool(sources))))
    try:
        html = decorate(move_marks(_parse(text, _RENDER_OPTIONS, link_definitions)), first_heading)
    except TooDeep:
        text = show_deep_blocks_as_code(text, find_blocks(_parse(text, _POSITION_OPTIONS)))
        html = decorate(move_marks(_parse(text, _RENDER_OPTIONS, link_definitions)), first_heading)
    return link_marks(sanitize_in_parts(html), sources)


def find_first_heading(text: str) -> int:
    """Return the level of the first heading, or 0."""
    heading = HEADING.search(_parse(limit_complexity(lengthen_fences(text)), _RENDER_OPTIONS))
    return int(heading[1]) if heading else 0


def normalize(text: str, *, has_marks: bool = False) -> str:
    """Return the text with `\\n` line endings and with U+FFFD in place of NUL, lone surrogates and noncharacters.

    With `has_marks` the noncharacters were replaced before the marks were inserted.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    if text.isascii():
        return text
    if not has_marks:
        text = remove_noncharacters(text)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def render_positions(text: str) -> str:
    """Return HTML of a growing text whose blocks name their lines in `data-sourcepos`.

    It is not sanitized: never show it.
    """
    return _parse(limit_complexity(lengthen_fences(text, is_growing=True)), _POSITION_OPTIONS)


def _parse(text: str, options: comrak.RenderOptions, link_definitions: str | None = None) -> str:
    """Return comrak's HTML. A link definition that no link uses is text.

    `link_definitions`, and those of the text itself, are put before it, unless None: they would move all positions.
    """
    # Most texts are too short to hold too many marks; they are not searched.
    has_few_marks = len(text) < MAX_FORMULA_MARKS or len(FORMULA_MARK.findall(text)) <= MAX_FORMULA_MARKS
    has_short_runs = len(text) < MAX_UNBROKEN_RUN or max(map(len, text.split()), default=0) < MAX_UNBROKEN_RUN
    extensions = _extension_options(
        autolink=text.count("@") <= MAX_AT_SIGNS and has_short_runs, math_marks=has_few_marks
    )
    definitions = find_used_definitions(text)
    parses = 0
    while True:
        prefix = ""
        if link_definitions is not None and "]:" in link_definitions + text:
            lines = [f"{definition.line}\n\n" for definition in definitions]
            prefix = "".join([PADDING, link_definitions, *lines])
        prepared = insert_placeholders(text, {definition.colon for definition in definitions})
        html = str(comrak.render_markdown(prefix + prepared, extensions, _PARSE_OPTIONS, options))
        used = [definition for definition in definitions if definition.is_used_in(html)]
        if len(used) == len(definitions):
            return html if prepared == text else restore_placeholders(html)
        # A definition that became text may hide the use of another one, and so on: then all are text.
        parses += 1
        definitions = used if parses < MAX_PARSES else []


@cache
def _extension_options(*, autolink: bool, math_marks: bool) -> comrak.ExtensionOptions:
    # Footnotes stay off: they put ids made from the text into the page.
    options = comrak.ExtensionOptions()
    options.table = True
    options.strikethrough = True
    options.tasklist = True
    options.math_dollars = True
    options.cjk_friendly_emphasis = True
    options.autolink = autolink
    options.math_latex = options.math_code = math_marks
    return options
