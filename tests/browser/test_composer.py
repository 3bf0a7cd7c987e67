"""Keys and buttons of the composer."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message

pytestmark = pytest.mark.browser


def test_shift_and_enter_break_the_line(window):
    window.question.press_sequentially("one")
    window.question.press("Shift+Enter")
    window.question.press_sequentially("two")
    expect(window.question).to_have_value("one\ntwo")
    window.question.press("Enter")
    window.answer_is("complete")
    assert Message.objects.get(role="user").text == "one\ntwo"


def test_enter_that_ends_a_composition_does_not_send(window):
    window.question.fill("にほん")
    for init in ({"isComposing": True}, {"keyCode": 229}):
        window.question.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **init})
    expect(window.question).to_have_value("にほん")
    assert not Message.objects.exists()


def test_only_white_space_cannot_be_sent(window):
    expect(window.button("Send")).to_be_disabled()
    window.question.fill("  \n ")
    expect(window.button("Send")).to_be_disabled()
    window.question.press("Enter")
    window.question.fill("x")
    expect(window.button("Send")).to_be_enabled()
    assert not Message.objects.exists()


def test_enter_breaks_the_line_on_a_touch_screen(window_of, alice):
    window = window_of(alice, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 780})
    window.page.goto("/")
    window.question.press_sequentially("one")
    window.question.press("Enter")
    expect(window.question).to_have_value("one\n")
    window.button("Send").tap()
    window.answer_is("complete")


def test_all_of_it_works_by_keyboard(window):
    window.page.keyboard.type("By keyboard [[rate:20]][[chars:3000]]")
    window.page.keyboard.press("Enter")
    window.shows("article.assistant .prose p")
    window.page.keyboard.press("Tab")
    expect(window.button("Stop")).to_be_focused()
    window.page.keyboard.press("Enter")
    window.answer_is("stopped")
    expect(window.question).to_be_focused()


def test_the_drawer_opens_and_closes_on_a_small_screen(window_of, alice):
    window = window_of(alice, viewport={"width": 390, "height": 780})
    window.page.goto("/")
    new = window.page.get_by_role("link", name="New conversation")
    expect(new).to_be_hidden()
    window.page.get_by_role("link", name="Conversations", exact=True).click()
    expect(new).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(new).to_be_hidden()
