"""Whatever a text holds, the page gets only elements, attributes, classes and addresses from short lists."""

import re

import pytest

from conversations.markdown import IncrementalRenderer, render
from conversations.markdown.sanitizer import MATH, MATH_CLASSES, TEXT, sanitize
from tests.markdown import hostile
from tests.markdown.browser import Browser, ParsedHtml

ATTRIBUTES = {
    "href",
    "title",
    "rel",
    "target",
    "class",
    "dir",
    "role",
    "tabindex",
    "aria-label",
    "type",
    "data-action",
    "data-open",
    "data-tex",
    "start",
    "accent",
    "accentunder",
    "display",
    "displaystyle",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathcolor",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rspace",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
}
CLASSES = {
    "address",
    "code",
    "code-head",
    "code-language",
    "code-copy",
    "table",
    "task",
    "tex",
    "raw",
    "formula",
    "formula-in-line",
    *MATH_CLASSES.values(),
    "align-center",
    "align-right",
    *"ksncftid",
}
NEVER = {"script", "style", "svg", "img", "iframe", "form", "input", "annotation-xml", "semantics", "mglyph", "maction"}


def assert_harmless(html):
    for tag, attributes in ParsedHtml(html).elements:
        assert tag in TEXT | MATH
        assert tag not in NEVER
        assert set(attributes) <= ATTRIBUTES
        assert set((attributes.get("class") or "").split()) <= CLASSES
        assert attributes.get("data-action", "copy-code") == "copy-code"
        if "href" in attributes:
            assert re.match(r"(https?://|mailto:)", attributes["href"], re.IGNORECASE)
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert attributes["target"] == "_blank"


HARMFUL = [
    '<a href="javascript:x"></a>',
    "<script></script>",
    '<p onclick="x"></p>',
    '<p class="turn"></p>',
    "<!-- x -->",
]


@pytest.mark.parametrize("html", HARMFUL)
def test_the_assertion_of_these_tests_recognizes_harm(html):
    with pytest.raises((AssertionError, KeyError)):
        assert_harmless(html)


def test_there_are_hundreds_of_hostile_texts():
    assert len(set(hostile.TEXTS)) >= 600
    assert len(set(hostile.TEXTS) - set(hostile.LINKS)) >= 150


@pytest.mark.parametrize("text", hostile.TEXTS, ids=range(len(hostile.TEXTS)))
def test_a_hostile_text_is_harmless(text):
    html = render(text)

    assert_harmless(html)
    assert sanitize(html) == html


@pytest.mark.parametrize("text", hostile.TEXTS, ids=range(len(hostile.TEXTS)))
def test_a_hostile_text_is_harmless_while_it_grows(text):
    renderer, browser = IncrementalRenderer(), Browser()
    for start in range(0, len(text), 5):
        renderer.write(text[start : start + 5])
        browser.apply(renderer.flush())
        assert_harmless(browser.committed)
        assert_harmless(browser.tail)
    browser.apply(renderer.close())

    assert_harmless(browser.committed)


@pytest.mark.parametrize("text", [text for text in hostile.RAW if "harm" in text and "\\" not in text])
def test_raw_html_can_still_be_read(text):
    assert "harm" in ParsedHtml(render(text)).text or "[" in text


@pytest.mark.parametrize("text", hostile.RAW, ids=range(len(hostile.RAW)))
def test_the_sanitizer_alone_makes_raw_html_harmless(text):
    assert_harmless(sanitize(text))


def test_an_image_is_linked_but_never_loaded():
    html = render("![a map](https://elsewhere.example/map.png)")

    assert 'href="https://elsewhere.example/map.png"' in html
    assert "src" not in html
    assert ParsedHtml(html).text == "a map\n"


@pytest.mark.parametrize("address", ["javascript:harm()", "/accounts/logout/"])
def test_a_link_to_an_address_that_is_not_allowed_leaves_its_text(address):
    assert render(f"[words]({address})") == '<p dir="auto">words</p>\n'
