"""Keys and buttons of the composer."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message

pytestmark = pytest.mark.browser


def test_shift_and_enter_begin_a_new_line_and_enter_sends(window):
    window.composer.press_sequentially("one")
    window.composer.press("Shift+Enter")
    window.composer.press_sequentially("two")
    expect(window.composer).to_have_value("one\ntwo")

    window.composer.press("Enter")
    window.expect_answer("complete")
    assert Message.objects.get(role="user").text == "one\ntwo"


@pytest.mark.parametrize("composing", [{"isComposing": True}, {"keyCode": 229}])
def test_enter_that_ends_a_composition_does_not_send(window, composing):
    window.composer.fill("にほん")
    window.composer.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **composing})
    expect(window.composer).to_have_value("にほん")
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n "])
def test_white_space_alone_cannot_be_sent(window, text):
    window.composer.fill(text)
    expect(window.button("Send")).to_be_disabled()
    window.composer.press("Enter")
    window.composer.fill("x")
    expect(window.button("Send")).to_be_enabled()
    assert not Message.objects.exists()


def test_enter_begins_a_new_line_on_a_touch_screen(touch_window):
    touch_window.page.goto("/")
    touch_window.composer.press_sequentially("one")
    touch_window.composer.press("Enter")
    expect(touch_window.composer).to_have_value("one\n")


def test_the_button_sends_on_a_touch_screen(touch_window):
    touch_window.page.goto("/")
    touch_window.composer.press_sequentially("one")
    touch_window.button("Send").tap()
    touch_window.expect_answer("complete")


def test_alice_asks_and_stops_by_keyboard_alone(window):
    window.page.keyboard.type("By keyboard [[rate:20]][[chars:3000]]")
    window.page.keyboard.press("Enter")
    window.expect_shown("article.assistant .prose p")
    window.page.keyboard.press("Tab")
    expect(window.button("Stop")).to_be_focused()
    window.page.keyboard.press("Enter")
    window.expect_answer("stopped")
    expect(window.composer).to_be_focused()


def test_the_drawer_opens_and_closes_on_a_small_screen(open_window, alice):
    window = open_window(alice, viewport={"width": 390, "height": 780})
    window.page.goto("/")
    link_in_drawer = window.page.locator("#sidebar").get_by_role("link", name="New conversation")
    expect(link_in_drawer).to_be_hidden()

    window.page.get_by_role("link", name="Conversations", exact=True).click()
    expect(link_in_drawer).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(link_in_drawer).to_be_hidden()
