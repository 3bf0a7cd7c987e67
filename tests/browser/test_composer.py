"""Keys and buttons of the composer."""

import pytest
from playwright.sync_api import expect

from conversations.models import Message, TeamSettings

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


# Before the scripts are there


def hold_back_scripts(window):
    """The modules never arrive, as on a very slow line."""
    window.page.route("**/js/app.js", lambda route: None)
    window.page.goto("/", wait_until="commit")
    expect(window.composer).to_be_visible()


def test_enter_sends_before_the_scripts_are_there(window):
    hold_back_scripts(window)
    window.composer.press_sequentially("Early [[echo:Good morning.]]")
    window.page.unroute("**/js/app.js")
    window.composer.press("Enter")
    window.page.wait_for_url("**/conversations/*/")
    window.expect_answer("complete")
    assert Message.objects.get(role="user").text == "Early [[echo:Good morning.]]"


def test_shift_and_enter_begin_a_new_line_before_the_scripts_are_there(window):
    hold_back_scripts(window)
    window.composer.press_sequentially("one")
    window.composer.press("Shift+Enter")
    expect(window.composer).to_have_value("one\n")


def test_what_was_typed_before_the_scripts_came_stays(window):
    routes = []
    window.page.route("**/js/app.js", lambda route: routes.append(route))
    window.page.goto("/", wait_until="commit")
    window.composer.press_sequentially("Half a thought")
    routes[0].continue_()
    expect(window.button("Send")).to_be_enabled()
    expect(window.composer).to_have_value("Half a thought")


# The height of the box


def height_of(locator) -> float:
    return float(locator.evaluate("element => element.getBoundingClientRect().height"))


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (640, 400), (390, 780)])
def test_the_box_is_one_line_high_and_grows_to_two_fifths_of_the_window(open_window, alice, width, height):
    """640 × 400 is a screen of 1280 × 800 at 200 % zoom."""
    window = open_window(alice, viewport={"width": width, "height": height})
    window.page.goto("/")
    box = window.page.locator("#composer")
    assert height_of(box) < 60
    window.composer.fill("one\ntwo")
    assert 70 < height_of(box) < 100
    window.composer.fill("line\n" * 100)
    assert 0.3 * height < height_of(box) <= 0.4 * height
    expect(window.button("Send")).to_be_in_viewport(ratio=1)
    window.composer.fill("")
    assert height_of(box) < 60


def test_the_box_grows_in_a_browser_that_does_not_do_so_by_itself(open_window, alice):
    window = open_window(alice, bypass_csp=True)
    window.page.add_init_script("CSS.supports = () => false")
    window.page.goto("/")
    window.page.add_style_tag(content="textarea { field-sizing: fixed !important }")
    box = window.page.locator("#composer")
    window.composer.fill("one\ntwo\nthree")
    assert 100 < height_of(box) < 130
    window.ask_and_wait("one\ntwo\nthree [[rate:0]]")
    assert height_of(box) < 60


def test_the_end_of_the_turns_stays_in_sight_while_the_box_grows(open_window, alice):
    window = open_window(alice, viewport={"width": 390, "height": 780})
    window.page.goto("/")
    window.ask_and_wait("[[chars:3000]][[rate:0]]")
    retry = window.button("Try again")
    expect(retry).to_be_in_viewport(ratio=1)
    window.composer.fill("line\n" * 100)
    expect(retry).to_be_in_viewport(ratio=1)
    # The keyboard of a phone opens.
    window.page.set_viewport_size({"width": 390, "height": 480})
    expect(retry).to_be_in_viewport(ratio=1)
    expect(window.button("Send")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width", [390, 320])
def test_the_notice_takes_one_line_on_a_phone_and_shows_all_when_touched(open_window, alice, width):
    TeamSettings(notice="Administrators of this site may read conversations, for a reason that you can see.").save()
    window = open_window(alice, viewport={"width": width, "height": 780})
    window.page.goto("/")
    notice = window.page.locator(".dock-notice")
    assert height_of(notice) < 30
    notice.click()
    assert height_of(notice) > 40


# Starter prompts


def test_a_starter_prompt_is_put_before_what_was_typed(window):
    window.composer.fill("The quarterly report")
    window.page.get_by_role("link", name="Compare these options in a table:").click()
    expect(window.composer).to_be_focused()
    expect(window.composer).to_have_value("Compare these options in a table:\n\nThe quarterly report")


def test_a_text_in_the_address_comes_before_the_draft(window):
    window.composer.fill("The quarterly report")
    window.page.goto("/?text=Translate%20this%3A")
    expect(window.composer).to_have_value("Translate this:\n\nThe quarterly report")
    window.page.reload()
    expect(window.composer).to_have_value("Translate this:\n\nThe quarterly report")
