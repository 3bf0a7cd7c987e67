"""Renders code blocks: a frame, and Pygments' tokens in eight classes. Called by `decorate` and `plain_blocks`."""

import re
from functools import lru_cache
from html import escape
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token
from pygments.util import ClassNotFound

MAX_HIGHLIGHTED = 20_000
# Several lexers are quadratic: in the words before the parenthesis of a function, as they look ahead for it (2 s for
# 10 kB), in the length of a line (8 s for 20 kB of "//" as C++), in quotes that begin no string (2 s for 16 kB).
MAX_RUN_OF_WORDS, MAX_LINE, MAX_ESCAPED_QUOTES = 1_000, 500, 500
NO_WORDS = re.compile(r"[^\w\s.$@\[\]]+")
ESCAPED_QUOTE = re.compile(r"""\\["'`]""")
LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,30}")

CLASSES = {
    Token.Keyword: "k",
    Token.Operator.Word: "k",
    Token.Literal.String: "s",
    Token.Literal.Number: "n",
    Token.Comment: "c",
    Token.Name.Function: "f",
    Token.Name.Class: "f",
    Token.Name.Decorator: "f",
    Token.Name.Tag: "t",
    Token.Name.Attribute: "n",
    Token.Generic.Inserted: "i",
    Token.Generic.Deleted: "d",
    Token.Generic.Heading: "k",
    Token.Generic.Subheading: "k",
}
CODE_BLOCK_END = "</code></pre></div>"


def render_code_block(info: str, code: str, *, highlighted: bool) -> str:
    """Return the whole block. The language is the one that the info string names; none is guessed."""
    html = highlight_code(read_language(info), code) if highlighted else escape(code, quote=False)
    return code_block_start(info) + html + CODE_BLOCK_END


def read_language(info: str) -> str:
    """Return the language of a fence's info string, or an empty string."""
    parts = info.split(maxsplit=1)
    return parts[0] if parts and LANGUAGE.fullmatch(parts[0]) else ""


def code_block_start(info: str, code_attribute: str = "") -> str:
    """Return the HTML before the code, with the whole info string. `code_attribute` is added to the `code` element."""
    shown = escape(" ".join(info.split()))
    name = f'<span class="code-language">{shown}</span>' if shown else ""
    label = f"Code, {shown}" if shown else "Code"
    return (
        f'<div class="code"><div class="code-head">{name}'
        '<button type="button" class="code-copy" data-action="copy-code">Copy</button></div>'
        f'<pre dir="ltr" tabindex="0" role="group" aria-label="{label}"><code{code_attribute}>'
    )


@lru_cache(maxsize=32)  # a growing list is rendered again and again with the code in it
def highlight_code(language: str, code: str) -> str:
    """Return the code escaped, with its tokens in `span` elements if its language is known and it is short enough."""
    plain = escape(code, quote=False)
    lexer = _find_lexer(language)
    if lexer is None or len(code) > MAX_HIGHLIGHTED or _is_slow_to_read(code):
        return plain
    runs: list[tuple[str, list[str]]] = []
    for token_type, value in lexer.get_tokens(code):
        css_class = _css_class(token_type)
        if runs and (runs[-1][0] == css_class or value.isspace()):
            runs[-1][1].append(value)
        else:
            runs.append((css_class, [value]))
    texts = [(css_class, "".join(values)) for css_class, values in runs]
    if "".join(text for _, text in texts) != code:
        return plain  # the lexer changed the code
    return "".join(
        f'<span class="{css_class}">{escape(text, quote=False)}</span>' if css_class else escape(text, quote=False)
        for css_class, text in texts
    )


def _is_slow_to_read(code: str) -> bool:
    return (
        max(map(len, NO_WORDS.split(code))) >= MAX_RUN_OF_WORDS
        or max(map(len, code.split("\n"))) > MAX_LINE
        or len(ESCAPED_QUOTE.findall(code)) > MAX_ESCAPED_QUOTES
    )


@lru_cache(maxsize=128)
def _find_lexer(language: str) -> Lexer | None:
    if not language:
        return None
    try:
        return get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _css_class(token_type: Any) -> str:
    """Return the class of the token type or of its nearest parent that has one, or an empty string."""
    for parent in reversed(token_type.split()):
        if parent in CLASSES:
            return CLASSES[parent]
    return ""
