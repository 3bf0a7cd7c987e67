"""Marks in an answer: how people follow them to what was cited, with a pointer, a finger, keys, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import check_accessibility
from tests.citing import FILE, begin_with_documents, create_cited_answer

pytestmark = pytest.mark.browser
QUESTION = "[[nothinking]][[cite]][[text]]It opens at six. Then boats come in.[[/text]]"


def mark(window, number):
    return window.answer.locator(".cite a").filter(has_text=str(number)).first


@pytest.mark.parametrize("width", [1280, 390])
def test_a_mark_shows_what_was_cited_and_opens_the_file_at_its_page(open_window, alice, width):
    answer = create_cited_answer(alice)
    window = open_window(alice, viewport={"width": width, "height": 800})
    window.page.goto(f"/conversations/{answer.conversation_id}/")
    mark(window, 1).click()

    source = window.page.get_by_role("dialog", name="Source")
    expect(source).to_contain_text("The harbour opens at six.")
    expect(source.get_by_role("link")).to_have_attribute("href", f"/files/{FILE}/?view#page=4")
    box = source.bounding_box()
    assert box
    assert box["x"] >= 16
    assert box["x"] + box["width"] <= width - 16
    check_accessibility(window)
    window.page.keyboard.press("Escape")
    expect(source).to_be_hidden()
    expect(mark(window, 1)).to_be_focused()


def test_a_finger_finds_a_mark_and_large_links(touch_window, alice):
    answer = create_cited_answer(alice)
    touch_window.page.goto(f"/conversations/{answer.conversation_id}/")
    mark(touch_window, 2).tap()

    source = touch_window.page.get_by_role("dialog", name="Source")
    expect(source.get_by_role("link", name="The site")).to_be_visible()
    box = source.get_by_role("link", name="The site").bounding_box()
    assert box
    assert box["height"] >= 44
    check_accessibility(touch_window)


def test_a_streamed_answer_has_marks_that_lead_somewhere_once_it_ends(open_window, alice):
    conversation = begin_with_documents(alice).conversation_id
    window = open_window(alice)
    window.page.goto(f"/conversations/{conversation}/")
    window.ask_and_wait(QUESTION)
    expect(window.answer.get_by_role("heading", name="Sources")).to_be_visible()
    mark(window, 2).focus()
    window.page.keyboard.press("Enter")

    expect(window.page.get_by_role("dialog", name="Source")).to_contain_text("Boats wait outside until then.")


def test_a_mark_of_a_growing_answer_says_when_its_source_comes(open_window, alice):
    conversation = begin_with_documents(alice).conversation_id
    window = open_window(alice)
    window.page.goto(f"/conversations/{conversation}/")
    window.ask(f"[[rate:8]]{QUESTION.replace('[[/text]]', ' All day long.' * 20 + '[[/text]]')}")
    mark(window, 1).click()
    expect(window.page.get_by_role("dialog", name="Source")).to_have_text(
        "The sources come with the end of the answer."
    )
    window.page.keyboard.press("Escape")
    window.stop()


def test_without_scripts_a_mark_leads_to_the_source_below_the_answer(plain_window, alice):
    answer = create_cited_answer(alice)
    plain_window.page.goto(f"/conversations/{answer.conversation_id}/")
    mark(plain_window, 1).click()

    expect(plain_window.page).to_have_url(f"/conversations/{answer.conversation_id}/#source-{answer.pk}-1")
    expect(plain_window.page.locator("li:target")).to_contain_text("The harbour opens at six.")


def test_on_paper_the_sources_are_whole(open_window, alice):
    answer = create_cited_answer(alice)
    window = open_window(alice)
    window.page.goto(f"/conversations/{answer.conversation_id}/print/")
    check_accessibility(window)
    window.page.emulate_media(media="print")

    expect(window.page.get_by_text("The harbour opens at six.")).to_be_visible()
    content = mark(window, 1).evaluate("link => getComputedStyle(link, '::after').content")
    assert content == "none"


def test_copied_words_have_their_numbers_in_brackets(open_window, alice):
    answer = create_cited_answer(alice)
    window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
    window.page.goto(f"/conversations/{answer.conversation_id}/")
    # From the second word on: a whole answer is copied as Markdown.
    window.page.evaluate(
        """() => {
          const prose = document.querySelector("article.assistant .prose");
          const first = document.createTreeWalker(prose.querySelector("p"), NodeFilter.SHOW_TEXT).nextNode();
          getSelection().setBaseAndExtent(first, 3, prose, prose.childNodes.length);
        }"""
    )
    window.page.keyboard.press("Control+C")
    copied = window.page.evaluate("navigator.clipboard.readText()")

    assert copied.strip() == "opens at six[1]. See the site[2]."
