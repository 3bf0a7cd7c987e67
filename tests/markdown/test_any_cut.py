"""However a text is cut, the browser shows what the server has, and in the end what the whole gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.markdown import IncrementalRenderer, incremental, render
from conversations.markdown.sanitizer import sanitize

from .browser import Browser, Seen

BLOCKS = [
    "a paragraph\nof two lines", "# A *heading*", "Underlined\n===", "###### six ######", "#", "---", "***", "- - -",
    "- a\n- b **c**\n  - d", "- a\n\n- b\n\n  loose", "1. x\n2. y\n\n   z", "3) q", "* star\n+ plus", "1986. great",
    "- a\n-", "-\n\n  x", "* a\n\n\n* b\n\n\ntext", "-", "- ", "1.", "- [ ] t\n- [x] u",
    "> quote\n> more\nlazy", "> - a\n>   b", "> a\n\n> b", "> ```\n> x",
    "```python\ndef f(): pass\n\n# x\n```", "~~~\ncode\n```\n~~~", "   ```js\n   let a\n     b\n   ```",
    "````\n```\n````", "```\nopen", "``` a ` b", "- ```\n  code\n  ```", "- a\n```\nb\n```", "```math\nx\n```",
    "    indented\n\n    more", "\t\ttab", "x\n    y",
    "| a | b |\n|---|:-:|\n| 1 | 2 |\nrow", "text\n| a | b |\n|--|--|", "|",
    "<div>\n*raw*\n</div>", "<script>\na\n\nb\n</script>", "<!-- c\n\nd -->", "x <b>y</b>", "<?php\n\n?>",
    "$x^2$ and $$\ny\n$$", "\\[\nE=mc^2\n\\]", "\\(a\\) costs $5 or $6",
    "![i](http://i/x.png) [l](http://a.b/(c)) ~~del~~", "https://a.b/c?d=e www.x.y a@b.c", "[a](", "[known] [t][known]",
    "`code ``x` `", "**bold *it** x*", "\\", "a  \nb\\\nc", "&amp; &copy; &#65; &nbsp;x",
    "👩‍👩‍👧 e\u0301 漢字 שלום", "a\rb\r\nc", "a\0b",
]  # fmt: skip
ENDS = ["\n", "\n\n", "\n\n", "\n\n", "\n\n\n", "\n \n", "", " "]

blocks = st.tuples(st.sampled_from(BLOCKS), st.sampled_from(ENDS)).map("".join)
documents = st.tuples(
    st.sampled_from(["", "[known]: https://example.com\n\n"]),
    st.lists(blocks, min_size=1, max_size=8).map("".join),
).map("".join)
anything = st.text(st.sampled_from("ab1 \n\n\t*_`~#>-+.|:[](){}<>/!$\\&;=\"'\r\0é漢👍\u0301א"), max_size=60)
cuts = st.lists(st.integers(1, 30), min_size=1, max_size=8)


def grown(text, sizes):
    """The text after it was written in pieces of these sizes, with the browser compared after each."""
    grown, browser = IncrementalRenderer(), Browser()
    place = turn = 0
    while place < len(text):
        size = sizes[turn % len(sizes)]
        grown.write(text[place : place + size])
        place, turn = place + size, turn + 1
        browser.apply(grown.flush())
        assert (browser.committed, browser.tail) == grown.snapshot()
        Seen(browser.committed), Seen(browser.tail)
    browser.apply(grown.close())
    assert (browser.committed, browser.tail) == grown.snapshot()
    assert browser.tail == ""
    return browser.committed


@settings(derandomize=True, max_examples=250, deadline=None, database=None)
@given(documents, cuts)
def test_commits_put_together_are_the_whole(text, sizes):
    assert grown(text, sizes) == render(text)


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(documents, cuts)
def test_so_they_are_where_every_block_is_an_overlong_one(text, sizes):
    limit, incremental.MAX_OPEN = incremental.MAX_OPEN, 30
    try:
        assert grown(text, sizes) == render(text)
    finally:
        incremental.MAX_OPEN = limit


@settings(derandomize=True, max_examples=250, deadline=None, database=None)
@given(anything, cuts)
def test_so_they_are_for_any_characters(text, sizes):
    html = grown(text, sizes)
    assert "]:" in text or html == render(text)  # a link may be defined after its use


@settings(derandomize=True, max_examples=150, deadline=None, database=None)
@given(st.one_of(documents, anything))
def test_a_rendering_cleaned_again_is_the_same(text):
    assert sanitize(render(text)) == render(text)
