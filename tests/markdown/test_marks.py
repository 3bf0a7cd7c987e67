"""Marks: where they are in the HTML, and that a growing text with marks becomes the rendering of the whole."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.markdown import IncrementalRenderer, incremental, mark_text, render
from tests.markdown.browser import Browser, ParsedHtml, extract_text
from tests.markdown.test_any_cut import BLOCKS, DEFINITION, ENDS, without_definition

SOURCES = "source-7-"
MARK = re.compile(r'<sup class="cite"><a href="#source-7-(\d+)" role="doc-noteref">\1</a></sup>')


def render_marked(*pieces):
    return render(mark_text(pieces), sources=SOURCES)


def show_marks(html):
    """The HTML with a short form of each mark."""
    return MARK.sub(r"^\1", html)


def test_a_mark_links_to_its_source():
    html = render_marked(("The grass is green.", (1,)), (" The sky is ", ()), ("blue", (2, 12)), (".", ()))

    assert show_marks(html) == '<p dir="auto">The grass is green.^1 The sky is blue^2^12.</p>\n'


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        ([("One.\n\n", (1,)), ("Two.", ())], '<p dir="auto">One.^1</p>\n<p dir="auto">Two.</p>\n'),
        ([("- a\n", (1,)), ("- b", ())], '<ul>\n<li dir="auto">a^1</li>\n<li dir="auto">b</li>\n</ul>\n'),
        ([("## Title\n", (1,)), ("x", ())], '<h3 dir="auto">Title^1</h3>\n<p dir="auto">x</p>\n'),
        ([("**bold", (1,)), ("** x", ())], '<p dir="auto"><strong>bold^1</strong> x</p>\n'),
        ([("*a* | b ", (1,)), ("c", ())], '<p dir="auto"><em>a</em> | b^1 c</p>\n'),
        ([("use `x`", (1,)), (".", ())], '<p dir="auto">use <code dir="ltr">x</code>^1.</p>\n'),
    ],
)
def test_a_mark_is_at_the_end_of_what_is_cited(pieces, shown):
    assert show_marks(render_marked(*pieces)) == shown


def test_a_mark_at_the_end_of_a_row_is_in_its_last_cell():
    html = show_marks(render_marked(("| a | b |\n|---|---|\n", (1,)), ("| c | d |\n", (2,)), ("| e | f |", ())))

    assert ">b^1</th>" in html
    assert ">d^2</td>" in html
    assert html.count("<tr>") == 3


@pytest.mark.parametrize(
    ("before", "after", "element"),
    [
        ("see `co", "de`", "</code>"),
        ("see [the qu", "ay](https://example.com) now", "</a>"),
        ("see [the quay](https://example.", "com) now", "</a>"),
        ("see https://example.com/a", " now", "</a>"),
        ("see https://example.com/a.", " now", "."),
        ("see $x^", "2$ now", "</span>"),
        ("```python\nprint(1)\n", "print(2)\n```\n", "</div>"),
        ("```python\nprint(1)\n```\n", "after", "</div>"),
    ],
)
def test_a_mark_is_behind_a_link_code_or_formula(before, after, element):
    html = show_marks(render_marked((before, (3,)), (after, ())))
    plain = render(before + after)

    assert html.replace('<p dir="auto">^3</p>', "").replace("^3", "").split() == plain.split()
    assert re.search(rf'{re.escape(element)}\s*(<p dir="auto">)?\^3', html)


def test_a_copied_address_has_no_mark():
    html = render_marked(("[quay](https://example.", (1,)), ("com/a) https://example.com/b", (2,)))

    assert [value["href"] for tag, value in ParsedHtml(html).elements if tag == "a" and "role" not in value] == [
        "https://example.com/a",
        "https://example.com/b",
    ]


def test_what_claude_writes_is_never_a_mark():
    forged = "Harmless.\ufdd5\ufde1"

    assert extract_text(render(forged)) == "Harmless.��\n"
    assert extract_text(render_marked((forged, ()))) == "Harmless.��\n"
    renderer = IncrementalRenderer(sources=SOURCES)
    renderer.write(forged)
    renderer.close()
    assert extract_text(renderer.snapshot()[0]) == "Harmless.��\n"


def test_marks_for_readers_are_at_the_same_places():
    pieces = [("One.\n\n", (1,)), ("| a |\n", (2,))]

    assert mark_text(pieces, "[{}]".format) == "One.[1]\n\n| a[2] |\n"


def test_open_code_shows_no_mark():
    renderer, browser = IncrementalRenderer(sources=SOURCES), Browser()
    for piece, numbers in [("```python\nx = 1\n", (1,)), ("y = 2\n", ()), ("z", (2,)), (" = 3\n```\n\nafter", ())]:
        renderer.write(piece, numbers)
        browser.apply(renderer.flush())
        assert "\ufdd5" not in browser.tail
    assert show_marks(browser.committed).endswith('</div>\n<p dir="auto">^1^2</p>\n')


def render_in_pieces(pieces, sizes):
    renderer, browser = IncrementalRenderer(sources=SOURCES), Browser()
    for index, (text, numbers) in enumerate(pieces):
        size = sizes[index % len(sizes)]
        for start in range(0, len(text), size):
            renderer.write(text[start : start + size], numbers if start + size >= len(text) else ())
            browser.apply(renderer.flush())
            assert (browser.committed, browser.tail) == renderer.snapshot()
            assert "\ufdd5" not in browser.committed + browser.tail
    browser.apply(renderer.close())
    return browser.committed


blocks = st.tuples(st.sampled_from(BLOCKS), st.sampled_from(ENDS)).map("".join)
words = st.sampled_from([" and ", "**", "- ", "| a | ", "`", "\n", "https://a.b/c", "[x](", "$", "```\n", "> ", " "])
numbers = st.sampled_from([(), (), (1,), (2, 3), (14,)])
pieces_of_text = st.lists(st.tuples(blocks | words, numbers), min_size=1, max_size=8)
cuts = st.lists(st.integers(1, 30), min_size=1, max_size=8)


@settings(derandomize=True, max_examples=250, deadline=None, database=None)
@given(pieces_of_text, cuts)
def test_the_commits_together_are_the_whole_with_its_marks(pieces, sizes):
    committed = render_in_pieces(pieces, sizes)
    text = "".join(piece for piece, _numbers in pieces)
    assert "]:" in text or committed == render_marked(*pieces)  # a link may be defined after its use
    ParsedHtml(committed)


@settings(derandomize=True, max_examples=100, deadline=None, database=None)
@given(pieces_of_text, cuts)
def test_the_commits_are_the_whole_where_every_block_is_a_long_one(pieces, sizes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incremental, "MAX_OPEN", 30)
        committed = render_in_pieces([(DEFINITION, ()), *pieces], sizes)
        whole = render_marked((DEFINITION, ()), *pieces)
    text = "".join(piece for piece, _numbers in pieces)
    assert "]:" in text or without_definition(committed) == without_definition(whole)
