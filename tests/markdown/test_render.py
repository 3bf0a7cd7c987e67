"""What people and Claude write, and the HTML that it becomes."""

import pytest

from conversations.markdown import VERSION, render
from conversations.markdown.sanitizer import sanitize
from tests.markdown.browser import ParsedHtml, extract_text

PARAGRAPHS = {
    "*light* **strong** ~~gone~~": "<em>light</em> <strong>strong</strong> <del>gone</del>",
    "`code`": '<code dir="ltr">code</code>',
    "snake_case_name and 2 * 3 * 4": "snake_case_name and 2 * 3 * 4",
    "one\ntwo": "one<br>\ntwo",
    "one  \ntwo": "one<br>\ntwo",
    "AT&amp;T &copy; &#65; &": "AT&amp;T © A &amp;",
    r"\*plain\* \_so\_": "*plain* _so_",
    "5 < 6 > 4": "5 &lt; 6 &gt; 4",
    "It costs $5 and $7.50, or $5-$6.": "It costs $5 and $7.50, or $5-$6.",
    "and <b>bold</b>": "and &lt;b&gt;bold&lt;/b&gt;",
    "a\0b\ud800c": "a\ufffdb\ufffdc",
}


@pytest.mark.parametrize(("text", "html"), PARAGRAPHS.items())
def test_a_paragraph_renders_its_inline_markup(text, html):
    assert render(text) == f'<p dir="auto">{html}</p>\n'


BLOCKS = {
    "Boats\n=====\n\nSails\n---": ["h3", "h4"],
    "> a\nlazy\n\n---\n\n> > b": ["blockquote", "p", "br", "hr", "blockquote", "blockquote", "p"],
    "1) a": ["ol", "li"],
    "- a\n- b": ["ul", "li", "li"],
    "- a\n  - b\n\n    second paragraph": ["ul", "li", "ul", "li", "p", "p"],
    "- a\n\n  ```\n  code\n  ```": ["ul", "li", "p", "div", "div", "button", "pre", "code"],
    "": [],
    "\n": [],
    "  \n\t\n": [],
    "[a]\n\n[a]: https://example.com": ["p", "a"],
}


@pytest.mark.parametrize(("text", "tags"), BLOCKS.items())
def test_blocks_become_elements(text, tags):
    assert ParsedHtml(render(text)).tags == tags


HEADINGS = {
    "# a\n## b\n### c\n#### d\n##### e": ["h3", "h4", "h5", "h6", "h6"],
    "## a\n### b\n## c": ["h3", "h4", "h3"],
    "### a\n# b\n#### c": ["h3", "h3", "h4"],
    "> ## a\n\nb\n===": ["h3", "h3"],
}


@pytest.mark.parametrize(("text", "tags"), HEADINGS.items())
def test_headings_start_below_that_of_their_turn(text, tags):
    assert [tag for tag in ParsedHtml(render(text)).tags if tag[1:].isdigit()] == tags


def test_an_ordered_list_keeps_its_first_number():
    assert render("7. a\n8. b").startswith('<ol start="7">')


def test_a_task_list_shows_what_is_done_without_form_controls():
    html = ParsedHtml(render("- [ ] sails\n- [x] ropes"))

    assert [attributes["aria-label"] for tag, attributes in html.elements if tag == "span"] == ["To do", "Done"]
    assert "input" not in html.tags
    assert html.text.split() == ["☐", "sails", "☑", "ropes"]


def test_a_table_is_in_a_frame_that_scrolls():
    frame = '<div class="table" tabindex="0" role="group" aria-label="Table"><table>'
    assert render("| a |\n|---|\n| 1 |").startswith(frame)


CELLS = {
    "| a |\n|:-:|": '<th class="align-center" dir="auto">a</th>',
    "| a |\n|--:|\n| **2** |": '<td class="align-right" dir="auto"><strong>2</strong></td>',
    "| a |\n|---|\n| x \\| y |": '<td dir="auto">x | y</td>',
}


@pytest.mark.parametrize(("table", "cell"), CELLS.items())
def test_a_cell_is_aligned_by_its_class(table, cell):
    html = render(table)

    assert cell in html
    assert "style" not in html


def test_raw_html_is_shown_as_it_was_written():
    html = render("<div>\n*a*\n</div>\n")
    assert html == '<p class="raw" dir="auto">&lt;div&gt;\n*a*\n&lt;/div&gt;</p>\n'


# Links and images


def test_a_link_opens_a_new_tab_and_sends_no_referrer():
    html = render('[quay](https://example.com/a_(b)?c=d&e "The quay")')

    assert 'href="https://example.com/a_(b)?c=d&amp;e" title="The quay"' in html
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in html


LINKS = {
    "www.example.com": "http://www.example.com",
    "https://example.com/x).": "https://example.com/x",
    "<https://example.com>": "https://example.com",
    "alice@example.com": "mailto:alice@example.com",
    "[quay][q]\n\n[q]: https://example.com": "https://example.com",
    "[q r]\n\n[Q  R]: <https://example.com> 'title'": "https://example.com",
    "![a map](https://example.com/map.png)": "https://example.com/map.png",
    "[quay](https://example.com/data-math-style)": "https://example.com/data-math-style",
}


@pytest.mark.parametrize(("text", "address"), LINKS.items())
def test_every_way_to_write_a_link_becomes_one(text, address):
    elements = ParsedHtml(render(text)).elements
    assert [attributes["href"] for tag, attributes in elements if tag == "a"] == [address]


def test_a_short_text_may_use_a_long_link_often():
    html = render(f"{'[q] ' * 50}\n\n[q]: https://example.com/{'quay' * 20}")
    assert ParsedHtml(html).tags.count("a") == 50


def test_references_cannot_multiply_a_very_long_address():
    text = "[q]: https://example.com/" + "quay" * 1_000 + "\n\n" + "[q] " * 10_000
    assert len(render(text)) < 4 * len(text)


def test_an_image_inside_a_link_is_the_text_of_the_link():
    html = ParsedHtml(render("[![plan](https://example.com/x.png)](https://example.com/plan)"))

    assert [attributes.get("href") for _, attributes in html.elements] == [None, "https://example.com/plan"]
    assert html.text == "plan\n"


def test_an_image_without_a_description_shows_its_address():
    assert extract_text(render("![](https://example.com/x.png)")) == "https://example.com/x.png\n"


# What must hold for every text


def test_headings_and_footnotes_get_no_ids():
    html = render("# composer\n\nx[^1]\n\n[^1]: note")

    assert "id=" not in html
    assert "name=" not in html


SCRIPTS = [
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇦 👍🏽 𝒳 𠮷",
    "漢字かな交じり文。太字です",
    "שלום עולם مرحبا",
    "e" + "\u0301" * 1000,
    "left \u202eright\u202c \u2066x\u2069 \u200b\u200d\ufeff",
    "İıſK ﬁ",
]


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_stays_unchanged_in_a_paragraph(text):
    assert extract_text(render(text)) == f"{text}\n"


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_stays_unchanged_in_code(text):
    assert extract_text(render(f"```\n{text}\n```")) == f"Copy{text}\n\n"


@pytest.mark.parametrize("text", ["**太字**です", "**עולם** مرحبا"])
def test_emphasis_works_in_every_script(text):
    assert "<strong>" in render(text)


def test_each_block_of_text_finds_its_own_direction():
    elements = ParsedHtml(render("# א\n\nב\n\n- ג\n\n| ד |\n|---|\n| ה |\n")).elements
    assert [tag for tag, attributes in elements if attributes.get("dir") == "auto"] == ["h3", "p", "li", "th", "td"]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_every_line_ending_is_a_line_feed(ending):
    assert render(f"# a{ending}{ending}b{ending}c") == render("# a\n\nb\nc")


def test_sanitizing_again_changes_nothing():
    html = render("a < b & c\u00a0d \"e\" 'f'\n\n```html\n<a href='x'>&amp;</a>\n```\n\n$a<b$ ![x](https://a.b/?c&d)")
    assert sanitize(html) == html


def test_the_version_is_a_number_to_compare():
    assert isinstance(VERSION, int)
