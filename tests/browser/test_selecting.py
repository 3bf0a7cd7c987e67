"""Text that is selected stays selected while its answer grows and when it ends."""

import pytest
from playwright.sync_api import expect

from tests.site import eventually

pytestmark = pytest.mark.browser

SELECT = """word => {
    const nodes = document.createTreeWalker(document.querySelector(".prose"), NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
        const start = nodes.currentNode.data.indexOf(word);
        if (start < 0) continue;
        getSelection().setBaseAndExtent(nodes.currentNode, start + word.length, nodes.currentNode, start);
    }
}"""
GROWING = {
    "paragraph": "Early *harbour* words. " + "More **words** follow. " * 40,
    "list": "- Early harbour words\n" + "- another `item`\n" * 40,
    "code": "```python\nearly = harbour\n" + "more = 1\n" * 60 + "```\n\nThe end.",
    "paragraphs": "Early harbour words.\n\n" + "A paragraph follows.\n\n" * 40,
    "a link defined late": "Early [harbour][1].\n\n" + "A paragraph follows.\n\n" * 30 + "[1]: https://example.com",
    "table": "| Early | harbour |\n|---|---|\n" + "| a | b |\n" * 60,
}


def selected(window) -> str:
    return str(window.page.evaluate("getSelection().toString()"))


def ask_slowly(window, text):
    """Ask for an answer that takes about three seconds, and wait for its beginning."""
    window.ask(f"[[rate:30]][[deltas:90]][[text]]{text}[[/text]]")
    expect(window.answer.locator(".prose")).to_contain_text("harbour")


def stop(window):
    """Stop the answer with the keyboard: a click ends a selection."""
    window.page.keyboard.press("Escape")
    window.expect_answer("stopped")


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING.keys())
def test_a_selected_word_stays_selected_until_the_answer_has_ended(window, text):
    ask_slowly(window, text)
    window.page.evaluate(SELECT, "harbour")
    while window.answer.get_attribute("data-state") == "writing":
        assert selected(window) == "harbour"
    window.page.wait_for_timeout(200)
    assert selected(window) == "harbour"


def test_a_selection_that_was_made_backwards_can_still_be_extended(window):
    ask_slowly(window, GROWING["paragraph"])
    window.page.evaluate(SELECT, "harbour")
    window.page.wait_for_timeout(500)
    assert window.page.evaluate("getSelection().direction") == "backward"
    stop(window)
    assert selected(window) == "harbour"


def test_alice_selects_with_the_mouse_while_the_answer_grows(window):
    ask_slowly(window, GROWING["paragraph"])
    box = eventually(lambda: window.answer.locator("em").bounding_box())
    y = box["y"] + box["height"] / 2
    window.page.mouse.move(box["x"] + 1, y)
    window.page.mouse.down()
    window.page.mouse.move(box["x"] + box["width"] / 2, y)
    window.page.wait_for_timeout(500)
    window.page.mouse.move(box["x"] + box["width"] - 1, y)
    window.page.wait_for_timeout(500)
    window.page.mouse.up()
    stop(window)
    assert selected(window) == "harbour"


def test_a_selection_from_the_question_into_the_answer_stays(window):
    ask_slowly(window, GROWING["paragraph"])
    window.page.evaluate(
        """() => {
            const word = document.querySelector(".prose em").firstChild;
            getSelection().setBaseAndExtent(document.querySelector(".bubble").firstChild, 0, word, 7);
        }"""
    )
    window.expect_answer("complete")
    assert selected(window).endswith("Early harbour")
