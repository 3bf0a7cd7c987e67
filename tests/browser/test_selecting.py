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


def ask_slowly(window, text, rate=30):
    """Ask for an answer that takes about three seconds, unless its rate is lower, and wait for its beginning."""
    window.ask(f"[[rate:{rate}]][[deltas:90]][[text]]{text}[[/text]]")
    expect(window.answer.locator(".prose")).to_contain_text("harbour")


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
    window.expect_answer("complete")
    assert selected(window) == "harbour"


def test_alice_selects_with_the_mouse_while_the_answer_grows(window):
    # On a busy machine, the word must not move between the measuring and the mouse.
    ask_slowly(window, GROWING["paragraph"], rate=10)

    def move_to(share):
        """Move the mouse to a place in the word, which moves up while the answer grows."""
        box = eventually(lambda: window.answer.locator("em").bounding_box())
        window.page.mouse.move(box["x"] + 1 + share * (box["width"] - 2), box["y"] + box["height"] / 2)

    move_to(0)
    window.page.mouse.down()
    # The text below the mouse is replaced before anything is selected.
    window.page.wait_for_timeout(500)
    move_to(0.5)
    window.page.wait_for_timeout(500)
    move_to(1)
    window.page.wait_for_timeout(500)
    window.page.mouse.up()
    window.expect_answer("complete")
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
