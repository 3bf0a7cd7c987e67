"""Turns comrak's HTML into the page's markup: code heads, scrolling tables, formulas, safe links. Called by `render`.

comrak escapes all text and attributes, so every `<` and `>` here belongs to a tag that comrak itself wrote.
"""

import re
from html import escape, unescape

from conversations.markdown.code import render_code_block
from conversations.markdown.depth import MAX_DEPTH, TooDeep
from conversations.markdown.formulas import render_formula, render_tex

# A whole code block, a whole formula, or a tag.
PIECE = re.compile(r"(<pre[^>]*>.*?</pre>|<(?:span|code) data-math-style=[^>]*>.*?</(?:span|code)>|<[^>]*>)", re.DOTALL)
FORMULA = re.compile(r"<(?:span|code) data-math-style=")
CODE_BLOCK = re.compile(r"<pre><code([^>]*)>(.*)</code></pre>", re.DOTALL)
ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
SAFE_LINK = re.compile(r"https?://|mailto:", re.IGNORECASE)
# A link whose text is its address, which print.css does not print once more.
ADDRESS = re.compile(r'(<a href="(?:https?://|mailto:)?([^"]*)"[^>]*)(?=>(?:https?://)?\2</a>)')
COMRAK_VOID_ELEMENTS = ("br", "hr", "img", "input")
# Limits of a whole text, which would take seconds without them.
MAX_FORMULAS = 1_000  # each makes about a kilobyte of HTML
MAX_HIGHLIGHTED_CODE = 60_000  # characters of code, of which 1 000 take 2 to 4 ms
MAX_DEPTH_AROUND_FORMULA = 15  # a formula and its frame may be 62 elements deep themselves
MAX_UNSCROLLED_TEX = 40  # a longer formula within a line may be wider than a phone
HEADING_LEVEL = 3  # of the first heading: a turn has a heading of the second level


def decorate(html: str, first_heading: int = 0) -> str:
    """Return the page's markup for HTML from comrak. Raise TooDeep if its elements nest too deep.

    `first_heading`: the level of the first heading, if it is in the text before this.
    """
    return Decorator(first_heading).decorate(html)


class Decorator:
    """Goes through the HTML once and keeps track of the elements around the current place."""

    def __init__(self, first_heading: int) -> None:
        self._first_heading = first_heading
        self._open_elements: list[str] = []
        self._links: list[bool] = []  # for each open link: whether it stays a link
        self._formula_count = self._code_length = 0

    def decorate(self, html: str) -> str:
        pieces = PIECE.split(html)  # text and markup in turns
        for index, piece in enumerate(pieces):
            pieces[index] = self._decorate_markup(piece) if index % 2 else self._decorate_text(piece)
        return ADDRESS.sub(r'\1 class="address"', "".join(pieces))

    def _decorate_text(self, text: str) -> str:
        """Put raw HTML, which comrak escaped, into a paragraph: no other text is outside of all paragraphs."""
        if text.isspace() or not text or (self._open_elements and self._open_elements[-1] != "blockquote"):
            return text
        space_before = text[: len(text) - len(text.lstrip())]
        return f'{space_before}<p class="raw" dir="auto">{text.strip()}</p>\n'

    def _decorate_markup(self, markup: str) -> str:
        if markup.startswith("<pre"):
            return self._decorate_code_block(markup)
        if "data-math-style" in markup and FORMULA.match(markup):
            tex_start, tex_end = markup.index(">") + 1, markup.rindex("<")
            is_display = '"display"' in markup[:tex_start]
            return self._render_formula(unescape(markup[tex_start:tex_end]), display=is_display)
        name = markup[1:-1].split(" ", 1)[0]
        if name.startswith("/"):
            self._open_elements.pop()
        elif name not in COMRAK_VOID_ELEMENTS:
            self._open_elements.append(name)
            if len(self._open_elements) > MAX_DEPTH:
                raise TooDeep
        return self._decorate_tag(name, markup)

    def _decorate_code_block(self, html: str) -> str:
        match = CODE_BLOCK.fullmatch(html)
        if match is None:
            return html
        # Class and data-meta, the first word of the info string and the others, come in any order.
        attributes, code = dict(ATTRIBUTE.findall(match[1])), unescape(match[2])
        if "data-math-style" in attributes:
            return f"<p>{self._render_formula(code, display=True)}</p>"
        self._code_length += len(code)
        language = attributes.get("class", "").removeprefix("language-")
        info = unescape(f"{language} {attributes.get('data-meta', '')}")
        return render_code_block(info, code, highlighted=self._code_length <= MAX_HIGHLIGHTED_CODE)

    def _render_formula(self, tex: str, *, display: bool) -> str:
        self._formula_count += 1
        is_converted = self._formula_count <= MAX_FORMULAS and len(self._open_elements) <= MAX_DEPTH_AROUND_FORMULA
        formula = render_formula(tex, display) if is_converted else render_tex(tex)
        mark = "$$" if display else "$"
        # static/js/copy.js copies a formula as this TeX.
        attributes = f'data-tex="{escape(mark + tex.strip() + mark)}"'
        if self._formula_count <= MAX_FORMULAS and (display or len(tex) > MAX_UNSCROLLED_TEX):
            css_class = "formula" if display else "formula-in-line"
            attributes = f'class="{css_class}" {attributes} tabindex="0" role="group" aria-label="Formula"'
        return f"<span {attributes}>{formula}</span>"

    def _decorate_tag(self, name: str, tag: str) -> str:
        match name:
            case "p" | "li":
                return f'{tag[:-1]} dir="auto">'
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self._first_heading = self._first_heading or int(name[-1])
                return f'<h{self._heading_level(name)} dir="auto">'
            case "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/h6":
                return f"</h{self._heading_level(name)}>"
            case "code":
                return '<code dir="ltr">'
            case "td" | "th":
                align = _read_attribute(tag, "align")
                css_class = f' class="align-{align}"' if align in ("right", "center") else ""
                return f'<{name}{css_class} dir="auto">'
            case "table":
                return f'<div class="table" tabindex="0" role="group" aria-label="Table">{tag}'
            case "/table":
                return f"{tag}</div>"
            case "a":
                self._links.append(SAFE_LINK.match(unescape(_read_attribute(tag, "href"))) is not None)
                return tag if self._links[-1] else ""
            case "/a":
                return tag if self._links.pop() else ""
            case "img":
                # Loading the image would tell its server who reads the page. A link with its description does not.
                address, description = _read_attribute(tag, "src"), _read_attribute(tag, "alt")
                if self._links or SAFE_LINK.match(unescape(address)) is None:
                    return description
                return f'<a href="{address}">{description or address}</a>'
            case "input":
                sign, label = ("☑", "Done") if "checked" in tag else ("☐", "To do")
                return f'<span class="task" role="img" aria-label="{label}">{sign}</span>'
            case _:
                return tag

    def _heading_level(self, name: str) -> int:
        return min(HEADING_LEVEL + max(0, int(name[-1]) - self._first_heading), 6)


def _read_attribute(tag: str, name: str) -> str:
    """Return the attribute's value, escaped as comrak wrote it, or an empty string."""
    attributes: dict[str, str] = dict(ATTRIBUTE.findall(tag))
    return attributes.get(name, "")
