"""A growing text, what a browser does with its changes, and what an HTML parser finds in the result."""

from html import escape
from html.parser import HTMLParser

from conversations.markdown import Append, Commit, IncrementalRenderer, Tail


class Browser:
    """The two areas of HTML in the page, changed as the page's script changes them."""

    def __init__(self):
        self.committed = ""
        self.tail = ""

    def apply(self, changes):
        for change in changes:
            match change:
                case Commit(html):
                    self.committed += html
                    self.tail = ""
                case Tail(start, html):
                    self.tail = self._first_units(start) + html
                case Append(text):
                    inside = self.tail.index(">", self.tail.index(" data-open")) + 1
                    end = self.tail.index("</", inside)
                    self.tail = self.tail[:end] + escape(text, quote=False) + self.tail[end:]

    def _first_units(self, count):
        """The beginning of the tail, in UTF-16 units; decoding fails between the halves of a surrogate pair."""
        units = self.tail.encode("utf-16-le")
        assert 2 * count <= len(units), "the offset is beyond the end of the tail"
        return units[: 2 * count].decode("utf-16-le")


class ParsedHtml(HTMLParser):
    """Elements and text of a piece of HTML; fails if elements are not closed in order or if there is a comment."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.text = ""
        self.depth = 0  # how many elements are inside each other
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    @property
    def tags(self):
        return [tag for tag, _ in self.elements]

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("br", "hr"):
            self._open.append(tag)
            self.depth = max(self.depth, len(self._open))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def extract_text(html):
    return ParsedHtml(html).text


def grow(*pieces):
    """Write the pieces, flushing after each. Return the renderer and the changes of each flush."""
    renderer = IncrementalRenderer()
    flushes = []
    for piece in pieces:
        renderer.write(piece)
        flushes.append(renderer.flush())
    return renderer, flushes


def kinds(changes):
    return [type(change) for change in changes]
