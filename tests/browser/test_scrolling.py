"""The page follows the newest words until the reader looks elsewhere."""

import pytest
from playwright.sync_api import expect

from tests.site import eventually

pytestmark = pytest.mark.browser
LONG = "Write much [[rate:60]][[chars:12000]]"


def distance(window):
    return window.page.evaluate(
        "(() => { const t = document.querySelector('chat-thread');"
        " return t.scrollHeight - t.scrollTop - t.clientHeight })()"
    )


def test_the_end_is_followed_until_alice_scrolls_up(window):
    window.ask(LONG)
    thread = window.page.locator("chat-thread")
    eventually(lambda: thread.evaluate("t => t.scrollTop") > 300, seconds=20)
    assert distance(window) <= 2
    thread.hover()
    window.page.mouse.wheel(0, -300)
    eventually(lambda: distance(window) > 200)
    place = thread.evaluate("t => t.scrollTop")
    window.page.wait_for_timeout(600)
    assert thread.evaluate("t => t.scrollTop") == place
    jump = window.page.get_by_role("button", name="To the newest turn")
    expect(jump).to_be_visible()
    jump.click()
    eventually(lambda: distance(window) <= 2)
    expect(jump).to_be_hidden()


def test_a_question_stands_near_the_top_while_its_answer_grows(window):
    window.ask("A first one [[rate:0]]")
    window.answer_is("complete")
    window.ask("A second one [[delay:1]][[text]]Short[[/text]]")
    window.answer_is("writing")
    question = window.page.locator("article.user").last
    top = eventually(lambda: question.bounding_box()["y"])
    assert top < 250
    window.answer_is("complete")
    assert abs(question.bounding_box()["y"] - top) <= 2
