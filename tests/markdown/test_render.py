"""The constructs people and Claude write, and the markup our pages style."""

import pytest

from conversations.markdown import VERSION, render
from conversations.markdown.sanitizer import sanitize

from .browser import Seen, text_of

WAYS = {
    "*light* **strong** ~~gone~~ `code`": "<em>light</em> <strong>strong</strong> <del>gone</del> <code>code</code>",
    "snake_case_name and 2 * 3 * 4": "snake_case_name and 2 * 3 * 4",
    "one\ntwo": "one\ntwo",
    "one  \ntwo": "one<br>\ntwo",
    "AT&amp;T &copy; &#65; &": "AT&amp;T © A &amp;",
    r"\*plain\* \_so\_": "*plain* _so_",
    "5 < 6 > 4": "5 &lt; 6 &gt; 4",
    "It costs $5 and $7.50, or $5-$6.": "It costs $5 and $7.50, or $5-$6.",
}


@pytest.mark.parametrize(("text", "html"), WAYS.items())
def test_words_in_a_paragraph(text, html):
    assert render(text) == f'<p dir="auto">{html}</p>\n'


@pytest.mark.parametrize("level", range(1, 7))
def test_headings(level):
    assert render("#" * level + " Boats") == f'<h{level} dir="auto">Boats</h{level}>\n'


def test_underlined_headings():
    assert Seen(render("Boats\n=====\n\nSails\n---")).tags == ["h1", "h2"]


def test_lists_nest_and_hold_blocks():
    html = render("- a\n  - b\n\n    second paragraph\n\n    ```\n    code\n    ```\n- c\n")
    assert Seen(html).tags[:6] == ["ul", "li", "ul", "li", "p", "p"]
    assert Seen(html).tags.count("pre") == 1


def test_an_ordered_list_keeps_its_first_number():
    assert render("7. a\n8. b").startswith('<ol start="7">')
    assert Seen(render("1) a")).tags == ["ol", "li"]


def test_a_task_list_says_what_is_done_without_form_controls():
    seen = Seen(render("- [ ] sails\n- [x] ropes"))
    assert [attributes.get("aria-label") for tag, attributes in seen.elements if tag == "span"] == ["To do", "Done"]
    assert "input" not in seen.tags
    assert "sails" in seen.text


def test_a_table_scrolls_in_a_frame_of_its_own_and_aligns_by_class():
    html = render("| a | b | c |\n|:-:|--:|---|\n| 1 | **2** | x \\| y |")
    assert html.startswith('<div class="table" tabindex="0" role="group" aria-label="Table"><table>')
    assert '<th class="align-center" dir="auto">a</th>' in html
    assert '<td class="align-right" dir="auto"><strong>2</strong></td>' in html
    assert '<td dir="auto">x | y</td>' in html
    assert "style" not in html


def test_quotes_rules_and_breaks():
    assert Seen(render("> a\nlazy\n\n---\n\n> > b")).tags == ["blockquote", "p", "hr", "blockquote", "blockquote", "p"]


def test_links_open_elsewhere_and_tell_nothing():
    html = render('[quay](https://example.com/a_(b)?c=d&e "The quay")')
    assert 'href="https://example.com/a_(b)?c=d&amp;e" title="The quay"' in html
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.example.com", "http://www.example.com"),
        ("https://example.com/x).", "https://example.com/x"),
        ("<https://example.com>", "https://example.com"),
        ("alice@example.com", "mailto:alice@example.com"),
        ("[quay][q]\n\n[q]: https://example.com", "https://example.com"),
        ("[q]\n\n[Q]: <https://example.com>", "https://example.com"),
    ],
)
def test_the_ways_to_write_a_link(text, address):
    assert [attributes["href"] for tag, attributes in Seen(render(text)).elements if tag == "a"] == [address]


def test_a_short_text_may_use_a_long_link_often():
    html = render(f"{'[q] ' * 50}\n\n[q]: https://example.com/{'quay' * 20}")
    assert Seen(html).tags.count("a") == 50


def test_references_do_not_multiply_a_long_address_without_measure():
    text = "[q]: https://example.com/" + "quay" * 1_000 + "\n\n" + "[q] " * 10_000
    assert len(render(text)) < 4 * len(text)


def test_a_picture_within_a_link_is_that_links_text():
    seen = Seen(render("[![plan](https://example.com/x.png)](https://example.com/plan)"))
    assert [attributes.get("href") for _, attributes in seen.elements] == [None, "https://example.com/plan"]
    assert seen.text.strip() == "plan"


def test_a_picture_without_description_shows_its_address():
    assert text_of(render("![](https://example.com/x.png)")).strip() == "https://example.com/x.png"


def test_raw_html_is_shown_as_it_was_written():
    html = render("<div>\n*a*\n</div>\n\nand <b>bold</b>")
    assert html.startswith('<p class="raw" dir="auto">&lt;div&gt;\n*a*\n&lt;/div&gt;</p>\n')
    assert "&lt;b&gt;bold&lt;/b&gt;" in html


def test_headings_and_footnotes_leave_no_ids():
    html = render("# composer\n\nx[^1]\n\n[^1]: note")
    assert "id=" not in html
    assert "name=" not in html


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇦 👍🏽 𝒳 𠮷",
        "漢字かな交じり文。**太字**です",
        "שלום **עולם** مرحبا",
        "e" + "\u0301" * 1000,
        "left \u202eright\u202c \u2066x\u2069 \u200b\u200d\ufeff",
        "İıſK ﬁ",
    ],
)
def test_every_script_comes_through_unchanged(text):
    assert text_of(render(text)).strip() == text.replace("**", "")
    assert text_of(render(f"```\n{text}\n```")).endswith(f"{text}\n\n")


def test_each_paragraph_finds_its_own_direction():
    html = render("# א\n\nב\n\n- ג\n\n| ד |\n|---|\n| ה |\n")
    seen = Seen(html)
    assert [tag for tag, attributes in seen.elements if attributes.get("dir") == "auto"] == [
        "h1",
        "p",
        "li",
        "th",
        "td",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_all_line_endings_are_alike(ending):
    assert render(f"# a{ending}{ending}b{ending}c") == render("# a\n\nb\nc")


def test_what_no_page_can_carry_is_replaced():
    assert render("a\0b\ud800c") == '<p dir="auto">a\ufffdb\ufffdc</p>\n'


@pytest.mark.parametrize("text", ["", "\n", "  \n\t\n", "[a]: https://example.com"])
def test_nothing_gives_nothing(text):
    assert render(text) == ""


def test_cleaning_again_changes_nothing():
    html = render("a < b & c\u00a0d \"e\" 'f'\n\n```html\n<a href='x'>&amp;</a>\n```\n\n$a<b$ ![x](https://a.b/?c&d)")
    assert sanitize(html) == html


def test_the_version_is_a_number_to_compare():
    assert isinstance(VERSION, int)
