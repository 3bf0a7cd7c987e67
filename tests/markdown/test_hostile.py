"""Whatever is written, a page only ever gets elements, attributes and addresses from a short list."""

import re

import pytest

from conversations.markdown import IncrementalRenderer, render
from conversations.markdown.sanitizer import MATH, TEXT, sanitize

from . import hostile
from .browser import Browser, Seen

ATTRIBUTES = {
    "href", "title", "rel", "target", "class", "dir", "role", "tabindex", "aria-label", "type", "data-action",
    "data-open", "start",
    "accent", "columnalign", "columnspacing", "display", "displaystyle", "fence", "form", "height", "linethickness",
    "lspace", "mathcolor", "mathvariant", "maxsize", "minsize", "notation", "rowspacing", "rspace", "scriptlevel",
    "separator", "stretchy", "width",
}  # fmt: skip
CLASSES = {
    "code", "code-head", "code-language", "code-copy", "table", "task", "tex", "raw", "align-center", "align-right",
    *"ksncftid",
}  # fmt: skip
NEVER = {"script", "style", "svg", "img", "iframe", "form", "input", "annotation-xml", "semantics", "mglyph", "maction"}


def check(html):
    for tag, attributes in Seen(html).elements:
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


def test_there_are_enough_of_them():
    assert len(set(hostile.TEXTS)) >= 600
    assert len(set(hostile.TEXTS) - set(hostile.LINKS)) >= 150


@pytest.mark.parametrize("text", hostile.TEXTS, ids=range(len(hostile.TEXTS)))
def test_a_hostile_text_stays_text(text):
    html = render(text)
    check(html)
    assert sanitize(html) == html


@pytest.mark.parametrize("text", hostile.TEXTS, ids=range(len(hostile.TEXTS)))
def test_a_hostile_text_stays_text_while_it_is_written(text):
    growing, browser = IncrementalRenderer(), Browser()
    for place in range(0, len(text), 5):
        growing.write(text[place : place + 5])
        browser.apply(growing.flush())
        check(browser.committed)
        check(browser.tail)
    browser.apply(growing.close())
    check(browser.committed)


@pytest.mark.parametrize("text", [text for text in hostile.RAW if "harm" in text and "\\" not in text])
def test_what_was_written_as_markup_can_still_be_read(text):
    assert "harm" in Seen(render(text)).text or "[" in text


def test_the_check_itself_sees_harm():
    for html in ('<a href="javascript:x">', "<script>", '<p onclick="x">', '<p class="turn">', "<!-- x -->"):
        with pytest.raises((AssertionError, KeyError)):
            check(html)


def test_the_last_step_alone_would_stop_what_the_others_let_through():
    for text in hostile.RAW:
        check(sanitize(text))


def test_addresses_elsewhere_are_never_fetched_only_linked():
    html = render("![a map](https://elsewhere.example/map.png)")
    assert 'href="https://elsewhere.example/map.png"' in html
    assert "src" not in html
    assert Seen(html).text.strip() == "a map"


def test_an_address_with_another_scheme_leaves_its_words():
    assert render("[words](javascript:harm())") == '<p dir="auto">words</p>\n'
    assert render("[words](/accounts/logout/)") == '<p dir="auto">words</p>\n'
