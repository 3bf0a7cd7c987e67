"""Copying answers to the clipboard."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_alice_copies_an_answer_as_markdown(open_window, alice):
    window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
    window.page.goto("/")
    window.ask_and_wait("[[echo:**High** at noon.]]")
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    assert window.page.evaluate("navigator.clipboard.readText()") == "**High** at noon."


def test_the_button_and_screen_readers_say_for_a_moment_that_it_was_copied(open_window, alice):
    window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
    window.page.goto("/")
    window.ask_and_wait("[[echo:High at noon.]]")
    window.button("Copy").click()
    expect(window.page.get_by_role("status")).to_have_text("Copied")
    expect(window.answer.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    expect(window.answer.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_the_button_says_when_the_browser_has_refused(window):
    window.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('no')) }")
    window.ask_and_wait("[[echo:High at noon.]]")
    window.button("Copy").click()
    expect(window.answer.get_by_role("button", name="Not copied", exact=True)).to_be_visible()
    assert window.errors == []
