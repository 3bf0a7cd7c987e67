"""comrak's HTML → the markup of our pages: code heads, scrolling tables, formulas, safe links. Called by `render`.

comrak escapes all text and attributes, so every `<` and `>` here belongs to a tag that comrak itself wrote.
"""

import re
from collections.abc import Callable
from html import unescape

from .code import fenced
from .formulas import formula, source

PIECE = re.compile(r"(<pre[^>]*>.*?</pre>|<(?:span|code) data-math-style=[^>]*>.*?</(?:span|code)>|<[^>]*>)", re.DOTALL)
TAG = re.compile(r"<(/?[a-z0-9]+)")
FORMULA = re.compile(r"<(?:span|code) data-math-style=")
ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
CODE = re.compile(r'<pre><code(?: class="language-([^"]*)")?( data-math-style="display")?>(.*)</code></pre>', re.DOTALL)
SAFE_LINK = re.compile(r"https?://|mailto:", re.IGNORECASE)
MAX_FORMULAS = 1_000  # each costs about a tenth of a millisecond; a text of nothing else would take seconds


def dress(html: str) -> str:
    return _Dresser().dress(html)


class _Dresser:
    def __init__(self) -> None:
        self.open: list[str] = []  # the elements around the place we are at
        self.link: list[bool] = []  # whether the link around it is shown as a link
        self.formulas = 0

    def dress(self, html: str) -> str:
        pieces = PIECE.split(html)
        for index, piece in enumerate(pieces):
            pieces[index] = self._tag(piece) if index % 2 else self._text(piece)
        return "".join(pieces)

    def _text(self, text: str) -> str:
        # A block of raw HTML is bare text; only there does text stand outside of any paragraph.
        if text.isspace() or not text or (self.open and self.open[-1] != "blockquote"):
            return text
        before = text[: len(text) - len(text.lstrip())]
        return f'{before}<p class="raw" dir="auto">{text.strip()}</p>\n'

    def _tag(self, piece: str) -> str:
        found = TAG.match(piece)
        name = found[1] if found else ""
        if FORMULA.match(piece):
            return self._formula(piece)
        handler = self.HANDLERS.get(name)
        dressed = handler(self, piece) if handler else piece
        if name.startswith("/"):
            self.open.pop()
        elif name not in ("br", "hr", "img", "input", "pre"):
            self.open.append(name)
        return dressed

    def _formula(self, piece: str) -> str:
        start, end = piece.index(">") + 1, piece.rindex("<")
        return self._math(unescape(piece[start:end]), display='"display"' in piece[:start])

    def _math(self, tex: str, display: bool) -> str:
        self.formulas += 1
        return formula(tex, display) if self.formulas <= MAX_FORMULAS else source(tex)

    def _code(self, piece: str) -> str:
        found = CODE.fullmatch(piece)
        if found is None:
            return piece
        text = unescape(found[3])
        if found[2]:
            return f"<p>{self._math(text, display=True)}</p>"
        return fenced(unescape(found[1] or ""), text)

    def _link(self, piece: str) -> str:
        href = unescape(_attribute(piece, "href"))
        self.link.append(SAFE_LINK.match(href) is not None)
        return piece if self.link[-1] else ""

    def _link_end(self, piece: str) -> str:
        return piece if self.link.pop() else ""

    def _image(self, piece: str) -> str:
        """A picture elsewhere would tell its server who reads; so it is a link with the picture's description."""
        address, text = _attribute(piece, "src"), _attribute(piece, "alt")
        if self.link or SAFE_LINK.match(unescape(address)) is None:
            return text
        return f'<a href="{address}">{text or address}</a>'

    def _task(self, piece: str) -> str:
        sign, label = ("☑", "Done") if "checked" in piece else ("☐", "To do")
        return f'<span class="task" role="img" aria-label="{label}">{sign}</span>'

    def _table(self, piece: str) -> str:
        return f'<div class="table" tabindex="0" role="group" aria-label="Table">{piece}'

    def _table_end(self, piece: str) -> str:
        return f"{piece}</div>"

    def _cell(self, piece: str) -> str:
        align = _attribute(piece, "align")
        chosen = f' class="align-{align}"' if align in ("right", "center") else ""
        return f'{piece[:3]}{chosen} dir="auto">'

    def _any_direction(self, piece: str) -> str:
        return f'{piece[:-1]} dir="auto">'

    HANDLERS: dict[str, Callable[["_Dresser", str], str]] = {
        "pre": _code,
        "a": _link,
        "/a": _link_end,
        "img": _image,
        "input": _task,
        "table": _table,
        "/table": _table_end,
        "th": _cell,
        "td": _cell,
        **dict.fromkeys(("p", "li", "h1", "h2", "h3", "h4", "h5", "h6"), _any_direction),
    }


def _attribute(piece: str, name: str) -> str:
    """The value as comrak wrote it, escaped."""
    found: dict[str, str] = dict(ATTRIBUTE.findall(piece))
    return found.get(name, "")
