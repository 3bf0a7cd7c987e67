"""Copying answers to the clipboard, with the button and from a selection."""

import re

import pytest
from playwright.sync_api import expect

from tests.history import ask, begin, create_conversation, finish_answer
from tests.using_tools import create_answer_with_step

pytestmark = pytest.mark.browser

READ_CLIPBOARD = """async () => {
    const [item] = await navigator.clipboard.read();
    const read = async (type) => item.types.includes(type) ? (await item.getType(type)).text() : "";
    return [await read("text/plain"), await read("text/html")];
}"""
#: Select from one word, in the first answer, to the end of another, in the last answer.
SELECT = """([from, to]) => {
    const find = (prose, word) => {
        const nodes = document.createTreeWalker(prose, NodeFilter.SHOW_TEXT);
        while (nodes.nextNode()) if (nodes.currentNode.data.includes(word)) return nodes.currentNode;
    };
    const answers = [...document.querySelectorAll(".prose")];
    const [first, last] = [find(answers[0], from), find(answers.at(-1), to)];
    getSelection().setBaseAndExtent(first, first.data.indexOf(from), last, last.data.indexOf(to) + to.length);
}"""
ANSWER = """Some **bold** words:

```python
if x:
    print(x)
```

- one $x^2$
- two

| Name | Size |
|---|---:|
| ls | 140 |"""


@pytest.fixture
def open_answer(open_window, alice):
    """Opens a conversation with one answer, in a window that may use the clipboard."""

    def open_with(text):
        window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
        window.page.goto(f"/conversations/{finish_answer(begin(alice), text).conversation.pk}/")
        return window

    return open_with


def copy(window, first, last):
    """Copy what is between two words with the keyboard. Returns the text and the HTML."""
    window.page.evaluate(SELECT, [first, last])
    window.page.keyboard.press("Control+C")
    return window.page.evaluate(READ_CLIPBOARD)


def without_styles(html):
    """The HTML without what the browser adds to it on the clipboard."""
    return re.sub(r' style="[^"]*"|<meta[^>]*>', "", html)


def test_alice_copies_an_answer_as_markdown_and_as_html(open_answer):
    window = open_answer(ANSWER)
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    text, html = window.page.evaluate(READ_CLIPBOARD)
    assert text == ANSWER
    assert "<strong>bold</strong>" in without_styles(html)
    assert '<pre dir="ltr"><code>if x:\n    print(x)\n</code></pre>' in without_styles(html)
    assert "one $x^2$" in html


def test_the_copied_html_has_nothing_of_the_site(open_answer):
    window = open_answer(ANSWER)
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    _text, html = window.page.evaluate(READ_CLIPBOARD)
    assert not re.search(r"python|Copy|<button|<div|<math|class=|data-|aria-|tabindex", html)


def test_a_whole_answer_that_is_selected_is_copied_as_markdown(open_answer):
    text, html = copy(open_answer(ANSWER), "Some", "140")
    assert text == ANSWER
    assert "<table>" in html


def test_a_triple_click_on_an_answer_of_one_line_copies_its_markdown(open_answer):
    window = open_answer("Some **bold** words.")
    window.answer.locator(".prose p").click(click_count=3)
    window.page.keyboard.press("Control+C")
    assert window.page.evaluate(READ_CLIPBOARD)[0] == "Some **bold** words."


def test_a_part_of_an_answer_is_copied_as_it_is_read(open_answer):
    text, html = copy(open_answer(ANSWER), "words", "two")
    assert text.split("\n") == ["words:", "", "if x:", "    print(x)", "", "one $x^2$", "two"]
    assert not re.search(r"python|Copy|<button|<div|class=", html)


def test_a_part_of_a_table_is_copied_as_cells(open_answer):
    text, html = copy(open_answer(ANSWER), "ls", "140")
    assert text == "ls\t140"
    assert "<table><tbody><tr><td" in without_styles(html)


@pytest.mark.parametrize(("first", "last", "copied"), [("if", "x", "if x"), ("print", ")", "print(x)")])
def test_a_part_of_code_is_copied_as_code(open_answer, first, last, copied):
    assert copy(open_answer("```\nif x:\n    print(x)\n```"), first, last)[0] == copied


def test_all_the_code_of_an_answer_is_copied_without_its_fence(open_answer):
    window = open_answer("```sh\nls -l\n```")
    window.answer.locator(".code pre").click(click_count=3)
    window.page.keyboard.press("Control+C")
    assert window.page.evaluate(READ_CLIPBOARD)[0].rstrip("\n") == "ls -l"


def test_a_part_of_a_formula_is_copied_as_its_tex(open_answer):
    assert copy(open_answer("So $x^2 + y$ it is."), "x", "y")[0] == "$x^2 + y$"


def test_a_selection_over_two_turns_is_copied_without_buttons(open_answer, alice):
    window = open_answer("The first answer.\n\n```python\nx\n```")
    conversation = alice.conversations.get()
    finish_answer(ask(conversation, "Two\nlines"), "The second one.")
    window.page.reload()
    text, html = copy(window, "first", "second")
    assert "first answer.\n\nx\n" in text
    assert "Two\nlines" in text
    assert "Two<br>lines" in without_styles(html)
    assert not re.search("python|Copy|Try again|Edit|Details", text + html)


def test_a_part_of_a_question_keeps_its_lines(open_window, alice):
    window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
    conversation = create_conversation(alice, "One line\n  two lines")
    window.page.goto(f"/conversations/{conversation.pk}/")
    text = "document.querySelector('.bubble').firstChild"
    window.page.evaluate(f"getSelection().setBaseAndExtent({text}, 4, {text}, 19)")
    window.page.keyboard.press("Control+C")
    assert window.page.evaluate(READ_CLIPBOARD)[0] == "line\n  two line"


def test_text_that_is_typed_is_copied_as_it_is(open_answer):
    window = open_answer("An answer.")
    window.composer.fill("My *question*")
    window.composer.press("Control+A")
    window.composer.press("Control+C")
    assert window.page.evaluate("navigator.clipboard.readText()") == "My *question*"


def test_the_button_and_screen_readers_say_for_a_moment_that_it_was_copied(open_window, alice):
    window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
    window.page.goto("/")
    window.ask_and_wait("[[echo:High at noon.]]")
    window.button("Copy").click()
    expect(window.status).to_have_text("Copied")
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    expect(window.answer.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_the_button_says_when_the_browser_has_refused(window):
    window.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('no')) }")
    window.ask_and_wait("[[echo:High at noon.]]")
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Not copied", exact=True)).to_be_visible()
    assert window.errors == []


def test_without_tls_the_button_copies_markdown_and_html_too(open_answer):
    window = open_answer("Some **bold** words.")
    window.page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    text, html = window.page.evaluate(READ_CLIPBOARD)
    assert (text, "<strong>bold</strong>" in html) == ("Some **bold** words.", True)


def test_an_answer_with_steps_is_copied_without_them(open_window, alice):
    call = create_answer_with_step(alice)
    window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
    window.page.goto(f"/conversations/{call.conversation_id}/")
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    text, html = window.page.evaluate(READ_CLIPBOARD)
    assert text == "I look that **up**.\n\nAt nine."
    assert "<strong>up</strong>" in html
    assert "<li" not in html
