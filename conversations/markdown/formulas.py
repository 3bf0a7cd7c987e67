"""Converts TeX to MathML, or shows the TeX itself if that fails. Called by `decorate`."""

import re
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from conversations.markdown.sanitizer import MATH, MATH_ATTRIBUTES

MAX_TEX = 2_000
MAX_DEPTH = 60
CHARACTER_REFERENCES = re.compile(r"(?:&#x[0-9A-F]{1,6};)+")  # how latex2mathml writes an operator
ATTRIBUTE_VALUE = re.compile(r"[\w#.+ %-]{1,40}", re.ASCII)


class UnsupportedFormula(Exception):
    """The formula has an element that is not allowed, a command that is not known, or too much depth."""


@lru_cache(maxsize=512)  # a growing paragraph is rendered again and again with the formulas in it
def render_formula(tex: str, display: bool) -> str:
    """Return MathML, or the TeX in a `code` element if it is too long or cannot be converted."""
    if len(tex) > MAX_TEX:
        return render_tex(tex)
    try:
        return _write_element(convert_to_element(tex, display="block" if display else "inline"), MAX_DEPTH)
    except Exception:  # the converter raises many types for mistyped TeX, RecursionError among them
        return render_tex(tex)


def render_tex(tex: str) -> str:
    return f'<code class="tex">{escape(tex.strip(), quote=False)}</code>'


def _write_element(element: Element, max_depth: int) -> str:
    """Return the element as HTML; raise UnsupportedFormula if it may not be shown.

    latex2mathml's own writer turns the text of `\\text{<script>}` into a tag, and `\\href` and `\\style` into
    attributes. So only elements, attributes and values that are allowed are written here, one by one.
    """
    tag, text = element.tag, element.text or ""
    if tag not in MATH or not max_depth:
        raise UnsupportedFormula(tag)
    if CHARACTER_REFERENCES.fullmatch(text):
        text = unescape(text)
    elif text.startswith("\\") and text[1:].isalpha():
        raise UnsupportedFormula(text)
    allowed = MATH_ATTRIBUTES.get(tag, set())
    attributes = "".join(
        f' {name}="{value}"'
        for name, value in sorted(element.attrib.items())
        if name in allowed and ATTRIBUTE_VALUE.fullmatch(value)
    )
    children = "".join(_write_element(child, max_depth - 1) for child in element)
    return f"<{tag}{attributes}>{escape(text, quote=False)}{children}</{tag}>"
