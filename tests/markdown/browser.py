"""What a browser does with the operations of a growing text, and what an HTML parser sees in the result."""

from html import escape
from html.parser import HTMLParser

from conversations.markdown import Append, Commit, Tail


class Browser:
    """Two areas of HTML side by side, changed by operations as the page's script changes them."""

    def __init__(self):
        self.committed = ""
        self.tail = ""
        self.taken_back = 0

    def apply(self, operations):
        for operation in operations:
            getattr(self, f"_{type(operation).__name__.lower()}")(operation)

    def _commit(self, operation: Commit):
        self.committed += operation.html
        self.tail = ""

    def _tail(self, operation: Tail):
        units = self.tail.encode("utf-16-le")
        assert 2 * operation.start <= len(units), "a tail that starts beyond the end of the last one"
        self.tail = units[: 2 * operation.start].decode("utf-16-le") + operation.html  # fails within a pair

    def _append(self, operation: Append):
        inside = self.tail.index(">", self.tail.index(" data-open")) + 1
        end = self.tail.index("</", inside)
        self.tail = self.tail[:end] + escape(operation.text, quote=False) + self.tail[end:]


class Seen(HTMLParser):
    """Tags, attributes and text of a piece of HTML, and whether each element was closed in its order."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.words = []
        self.open = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    @property
    def text(self):
        return "".join(self.words)

    @property
    def tags(self):
        return [tag for tag, _ in self.elements]


def text_of(html):
    return Seen(html).text
