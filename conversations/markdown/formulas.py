"""TeX → MathML, or the TeX itself where that fails. Called by `dress`.

The tree that latex2mathml makes is written anew here, element by element from the allow-list: its own writer
turns the text of `\\text{<script>}` into a tag, and `\\href` and `\\style` into attributes.
"""

import re
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from .clean import MATH, MATH_ATTRIBUTES

MAX_TEX = 2_000
MAX_DEPTH = 60
CHARACTERS = re.compile(r"(?:&#x[0-9A-F]{1,6};)+")  # latex2mathml's way to write an operator
VALUE = re.compile(r"[\w#.+ %-]{1,40}", re.ASCII)


class _Unwritable(Exception):
    """The tree holds something that is not for our pages."""


@lru_cache(maxsize=512)  # a paragraph that grows is rendered again and again with the formulas it holds
def formula(tex: str, display: bool) -> str:
    if len(tex) > MAX_TEX:
        return source(tex)
    try:
        return _written(convert_to_element(tex, display="block" if display else "inline"), MAX_DEPTH)
    except Exception:  # the converter fails in as many ways as people mistype TeX, RecursionError among them
        return source(tex)


def source(tex: str) -> str:
    return f'<code class="tex">{escape(tex.strip(), quote=False)}</code>'


def _written(element: Element, depth: int) -> str:
    tag = element.tag
    if tag not in MATH or not depth:
        raise _Unwritable(tag)
    text = element.text or ""
    if CHARACTERS.fullmatch(text):
        text = unescape(text)
    elif text.startswith("\\") and text[1:].isalpha():
        raise _Unwritable(text)  # a command the converter does not know
    inner = "".join(_written(child, depth - 1) for child in element)
    return f"<{tag}{_attributes(element)}>{escape(text, quote=False)}{inner}</{tag}>"


def _attributes(element: Element) -> str:
    allowed = MATH_ATTRIBUTES.get(element.tag, set())
    return "".join(
        f' {name}="{value}"'
        for name, value in sorted(element.attrib.items())
        if name in allowed and VALUE.fullmatch(value)
    )
