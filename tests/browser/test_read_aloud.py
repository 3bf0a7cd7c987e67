"""What a screen reader is told of an answer, as the person has chosen. It reads what is added to a live region."""

import pytest
from playwright.sync_api import expect

from conversations.models import Preferences

pytestmark = pytest.mark.browser

TEXT = (
    "The tide turns at six. Then it rises, e.g. by a metre, for hours.\n\n- Take **ropes**.\n- Take sails.\n\nEnough."
)
READ = "The tide turns at six. Then it rises, e.g. by a metre, for hours. Take ropes. Take sails. Enough."

#: Keeps what is added to the live regions, with the state of the answer at that moment.
LISTEN = """() => {
    window.heard = [];
    const listen = (region) => new MutationObserver((records) => {
        const { state } = [...document.querySelectorAll("article.assistant")].at(-1).dataset;
        for (const { addedNodes } of records)
            for (const node of addedNodes) heard.push([region.role, state, node.textContent]);
    }).observe(region, { childList: true });
    document.querySelectorAll("[data-status], [data-read-aloud]").forEach(listen);
}"""


@pytest.fixture
def ask(open_window, alice):
    """Asks for an answer that takes about three seconds, and returns what a screen reader was told of it."""

    def ask_and_listen(choice, text=TEXT):
        Preferences.change(alice, read_aloud=choice)
        window = open_window(alice)
        window.page.goto("/")
        window.page.evaluate(LISTEN)
        window.ask(f"[[rate:20]][[deltas:60]][[text]]{text}[[/text]]")
        window.expect_answer("complete")
        expect(window.status).to_have_text("Answer complete")
        return window.page.evaluate("heard")

    return ask_and_listen


def read(heard):
    """All that was read, on one line."""
    return " ".join(" ".join(text for role, _state, text in heard if role == "log").split())


def test_without_a_choice_only_the_beginning_and_the_end_are_said(ask):
    assert [text for _role, _state, text in ask("")] == ["Claude is answering", "Answer complete"]


def test_the_whole_answer_is_read_when_it_is_complete(ask):
    heard = ask("end")
    assert {state for role, state, _text in heard if role == "log"} == {"complete"}
    assert read(heard) == READ


def test_sentences_are_read_as_they_are_written_each_of_them_once(ask):
    heard = ask("sentences")
    while_writing = [text for role, state, text in heard if (role, state) == ("log", "writing")]
    assert any("The tide turns at six." in text for text in while_writing)
    assert read(heard) == READ


def test_code_is_read_as_a_whole_and_without_its_button(ask):
    heard = ask("sentences", "Look:\n\n```python\nfirst = 1\nsecond = 2\n```\n\nThe end.")
    texts = [text.strip() for role, _state, text in heard if role == "log"]
    assert texts == ["Look:", "python: first = 1\nsecond = 2", "The end."]


def test_what_was_read_is_not_left_in_the_page(open_window, alice):
    Preferences.change(alice, read_aloud="end")
    window = open_window(alice)
    window.page.clock.install()
    window.page.goto("/")
    window.ask("[[echo:calm]]")
    window.expect_answer("complete")
    window.page.clock.run_for(11_000)
    expect(window.page.locator("[data-read-aloud]")).to_be_empty()
