"""A block of code: its frame, and its colours by Pygments in eight classes. Called by `dress`, and by `growing`."""

import re
from functools import lru_cache
from html import escape

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

MAX_COLOURED = 20_000
# Several lexers look ahead over any number of words for the bracket of a function: quadratic, 2 s for 10 kB.
WORDS_ONLY = re.compile(r"[\w\s.$@\[\]]{1000}")
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


def fenced(info: str, text: str) -> str:
    """The whole block; the language is only ever the one that was named."""
    language = language_of(info)
    return frame(language) + coloured(language, text) + FRAME_END


def language_of(info: str) -> str:
    words = info.split(maxsplit=1)
    return words[0] if words and LANGUAGE.fullmatch(words[0]) else ""


def frame(language: str, mark: str = "") -> str:
    """Everything before the code. `mark` is an attribute for the code element."""
    name = f'<span class="code-language">{escape(language)}</span>' if language else ""
    label = f"Code, {escape(language)}" if language else "Code"
    return (
        f'<div class="code"><div class="code-head">{name}'
        '<button type="button" class="code-copy" data-action="copy-code">Copy</button></div>'
        f'<pre tabindex="0" role="group" aria-label="{label}"><code{mark}>'
    )


FRAME_END = "</code></pre></div>"


@lru_cache(maxsize=32)  # a list that grows is rendered again and again with the code it holds
def coloured(language: str, text: str) -> str:
    lexer = _lexer(language)
    if lexer is None or len(text) > MAX_COLOURED or WORDS_ONLY.search(text):
        return escape(text, quote=False)
    runs: list[tuple[str, list[str]]] = []
    for kind, value in lexer.get_tokens(text):
        name = _class(kind)
        if runs and (runs[-1][0] == name or value.isspace()):
            runs[-1][1].append(value)
        else:
            runs.append((name, [value]))
    merged = [(name, "".join(values)) for name, values in runs]
    if "".join(value for _, value in merged) != text:
        return escape(text, quote=False)  # a lexer that changes its text may keep its colours
    return "".join(_span(name, value) for name, value in merged)


@lru_cache(maxsize=128)
def _lexer(language: str) -> Lexer | None:
    if not language:
        return None
    try:
        return get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _class(kind: _TokenType) -> str:
    return next((CLASSES[parent] for parent in reversed(kind.split()) if parent in CLASSES), "")


def _span(name: str, value: str) -> str:
    text = escape(value, quote=False)
    return f'<span class="{name}">{text}</span>' if name else text
