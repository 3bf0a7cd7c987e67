"""However a growing text is cut, the browser shows what the server has, and at the end the rendering of the whole."""

from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.markdown import IncrementalRenderer, incremental, render
from conversations.markdown.sanitizer import sanitize
from tests.markdown.browser import Browser, ParsedHtml

BLOCKS = [
    "a paragraph\nof two lines",
    "# A *heading*",
    "Underlined\n===",
    "###### six ######",
    "#",
    "---",
    "***",
    "- - -",
    "- a\n- b **c**\n  - d",
    "- a\n\n- b\n\n  loose",
    "1. x\n2. y\n\n   z",
    "3) q",
    "* star\n+ plus",
    "1986. great",
    "- a\n-",
    "-\n\n  x",
    "* a\n\n\n* b\n\n\ntext",
    "-",
    "- ",
    "1.",
    "- [ ] t\n- [x] u",
    "> quote\n> more\nlazy",
    "> - a\n>   b",
    "> a\n\n> b",
    "> ```\n> x",
    "```python\ndef f(): pass\n\n# x\n```",
    "~~~\ncode\n```\n~~~",
    "   ```js\n   let a\n     b\n   ```",
    "````\n```\n````",
    "```\nopen",
    "``` a ` b",
    "- ```\n  code\n  ```",
    "- a\n```\nb\n```",
    "```math\nx\n```",
    "    indented\n\n    more",
    "\t\ttab",
    "x\n    y",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\nrow",
    "text\n| a | b |\n|--|--|",
    "|",
    "<div>\n*raw*\n</div>",
    "<script>\na\n\nb\n</script>",
    "<!-- c\n\nd -->",
    "x <b>y</b>",
    "<?php\n\n?>",
    "$x^2$ and $$\ny\n$$",
    "\\[\nE=mc^2\n\\]",
    "\\(a\\) costs $5 or $6",
    "![i](http://i/x.png) [l](http://a.b/(c)) ~~del~~",
    "https://a.b/c?d=e www.x.y a@b.c",
    "[a](",
    "[known] [t][known]",
    "`code ``x` `",
    "**bold *it** x*",
    "\\",
    "a  \nb\\\nc",
    "&amp; &copy; &#65; &nbsp;x",
    "👩‍👩‍👧 e\u0301 漢字 שלום",
    "a\rb\r\nc",
    "[Anna]: Hello\n[Ben]: Hi",
    "[^1]: https://example.com",
    "3~5 or 10~15, $5 or 6$, $x$, 2*3*4",
    "| a |\n|---|\n| `a || b` |\n| x | y |",
    "https://example.com/x（y）。https://例え.jp",
    "含有**「要点」**的",
    "$$\na \\\\ b\n$$",
    "a\0b",
]
DEFINITION = "[known]: https://example.com\n\n"
ENDS = ["\n", "\n\n", "\n\n", "\n\n", "\n\n\n", "\n \n", "", " "]

blocks = st.tuples(st.sampled_from(BLOCKS), st.sampled_from(ENDS)).map("".join)
documents = st.tuples(
    st.sampled_from(["", DEFINITION]),
    st.lists(blocks, min_size=1, max_size=8).map("".join),
).map("".join)
anything = st.text(st.sampled_from("ab1 \n\n\t*_`~#>-+.|:[](){}<>/!$\\&;=\"'\r\0é漢👍\u0301א"), max_size=60)
cuts = st.lists(st.integers(1, 30), min_size=1, max_size=8)


def render_in_pieces(text, sizes):
    """Return the committed HTML after the text was written in pieces, and compare the browser after each of them."""
    renderer, browser = IncrementalRenderer(), Browser()
    start = 0
    for size in cycle(sizes):
        if start >= len(text):
            break
        renderer.write(text[start : start + size])
        start += size
        browser.apply(renderer.flush())
        assert (browser.committed, browser.tail) == renderer.snapshot()
        ParsedHtml(browser.committed), ParsedHtml(browser.tail)
    browser.apply(renderer.close())
    assert (browser.committed, browser.tail) == renderer.snapshot()
    assert browser.tail == ""
    return browser.committed


def without_definition(html):
    """A definition is text as long as nothing has used it."""
    return html.replace(render(DEFINITION), "", 1)


@settings(derandomize=True, max_examples=250, deadline=None, database=None)
@given(documents, cuts)
def test_the_commits_together_are_the_whole(text, sizes):
    assert without_definition(render_in_pieces(text, sizes)) == without_definition(render(text))


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(documents, cuts)
def test_the_commits_are_the_whole_where_every_block_is_a_long_one(text, sizes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incremental, "MAX_OPEN", 30)
        assert without_definition(render_in_pieces(text, sizes)) == without_definition(render(text))


@settings(derandomize=True, max_examples=250, deadline=None, database=None)
@given(anything, cuts)
def test_the_commits_are_the_whole_for_any_characters(text, sizes):
    html = render_in_pieces(text, sizes)
    assert "]:" in text or html == render(text)  # a link may be defined after its use


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(st.one_of(documents, anything))
def test_sanitizing_again_changes_nothing(text):
    assert sanitize(render(text)) == render(text)
