"""Answers and code on the clipboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_alice_copies_an_answer_and_the_button_says_that_it_did(window_of, alice):
    window = window_of(alice, permissions=["clipboard-read", "clipboard-write"])
    window.page.goto("/")
    window.ask("[[echo:**High** at noon.]]")
    window.answer_is("complete")
    window.button("Copy").click()
    expect(window.page.get_by_role("status")).to_have_text("Copied")
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    assert window.page.evaluate("navigator.clipboard.readText()") == "**High** at noon."
    expect(window.answer.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_a_browser_that_does_not_let_alice_copy_is_not_said_to_have_done_so(window_of, alice):
    window = window_of(alice)
    window.page.goto("/")
    window.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('no')) }")
    window.ask("[[echo:High at noon.]]")
    window.answer_is("complete")
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Not copied", exact=True)).to_be_visible()
    assert window.faults == []
