"""Where the focus is while answers begin and end: it is neither lost nor taken away."""

import pytest
from playwright.sync_api import expect

from tests.history import create_conversation

pytestmark = pytest.mark.browser
SLOW = "Slowly [[rate:20]][[chars:400]]"
SHORT = "Hello [[text]]Hi.[[/text]]"


@pytest.fixture
def long_window(window, alice):
    """Alice's window with the last turns of a long conversation."""
    conversation = create_conversation(alice, *[f"Question {number}." for number in range(30)])
    window.page.goto(f"/conversations/{conversation.pk}/")
    return window


def has_focus(window) -> bool:
    """Whether any element of the page has the focus."""
    return bool(window.page.evaluate("document.activeElement !== document.body"))


def test_the_picker_keeps_the_focus_when_the_answer_ends(window):
    window.ask("Slowly [[rate:40]][[chars:300]]")
    window.expect_answer("writing")
    window.page.get_by_label("Model").focus()
    window.expect_answer("complete")
    expect(window.button("Send")).to_be_visible()
    expect(window.page.get_by_label("Model")).to_be_focused()


def test_after_a_click_on_send_the_composer_has_the_focus(window):
    window.composer.fill(SHORT)
    window.button("Send").click()
    window.expect_answer("complete")
    expect(window.composer).to_be_focused()


def test_after_enter_on_send_the_composer_has_the_focus(window):
    window.composer.fill(SHORT)
    window.button("Send").press("Enter")
    window.expect_answer("complete")
    expect(window.composer).to_be_focused()


def test_continue_does_not_lose_the_focus(window):
    window.ask_and_wait("Hello [[max_tokens]]")
    window.button("Continue").press("Enter")
    expect(window.answers).to_have_count(2)
    window.expect_answer("complete")
    assert has_focus(window)


def test_after_trying_again_alice_writes_on_in_the_composer(window):
    window.ask_and_wait(SHORT)
    window.button("Try again").click()
    window.expect_shown("article.assistant .rail", "Version 2 of 2")
    expect(window.composer).to_be_focused()


def test_a_turn_that_gets_the_focus_has_no_ring_around_it(long_window):
    long_window.page.get_by_role("link", name="Show earlier turns").press("Enter")
    focused = long_window.page.locator("article:focus")
    expect(focused).to_have_css("outline-style", "none")
    expect(focused.locator(".rail h2")).to_have_css("outline-style", "solid")


def test_a_refused_retry_gives_the_focus_back(window):
    window.ask_and_wait(SHORT)
    window.page.route("**/reply/", lambda route: route.abort())
    window.button("Try again").press("Enter")
    window.expect_shown("article.assistant .note", "The connection was lost.")
    expect(window.button("Try again")).to_be_focused()


def test_escape_that_ends_a_composition_does_not_stop_the_answer(window):
    window.ask(SLOW)
    window.expect_answer("writing")
    escape = {"key": "Escape", "isComposing": True, "bubbles": True, "cancelable": True}
    window.composer.dispatch_event("keydown", escape)
    window.expect_answer("complete")


def test_leaving_the_title_field_does_not_undo_a_title_that_has_arrived(window):
    window.ask_and_wait(SHORT)
    window.page.locator(".heading [data-menu]").click()
    window.page.get_by_role("menuitem", name="Rename").click()
    window.receive_title("Arrived")
    window.composer.focus()
    expect(window.page.locator(".rename")).to_have_count(0)
    expect(window.page.locator("h1")).to_have_text("Arrived")


def test_the_text_in_the_composer_stays_while_another_form_asks(window):
    window.ask_and_wait(SHORT)
    held_routes = []
    window.page.route("**/messages/", lambda route: held_routes.append(route))
    window.ask("My words")
    window.button("Try again").click()
    window.expect_shown("article.assistant .rail", "Version 2 of 2")

    held_routes[0].fulfill(status=409, content_type="application/json", body='{"error": "Busy."}')
    window.expect_shown("#problem", "Busy.")
    expect(window.composer).to_have_value("My words")


def test_earlier_turns_are_added_without_losing_the_focus_or_the_place(long_window):
    page = long_window.page
    first = page.locator("article").first.get_attribute("data-turn")
    page.get_by_role("link", name="Show earlier turns").press("Enter")
    expect(page.get_by_text("Question 0.").first).to_be_attached()
    expect(page.locator(f'[data-turn="{first}"]')).to_be_focused()
    expect(page.locator(f'[data-turn="{first}"]')).to_be_in_viewport()


def test_when_earlier_turns_cannot_be_loaded_the_page_says_so_and_the_link_keeps_the_focus(long_window):
    long_window.page.route("**/?before=*", lambda route: route.abort())
    link = long_window.page.get_by_role("link", name="Show earlier turns")
    link.press("Enter")
    long_window.expect_shown("chat-toast", "The connection was lost.")
    expect(link).to_be_focused()


def test_with_forced_colors_the_focus_of_the_composer_is_visible(open_window, alice):
    window = open_window(alice, forced_colors="active")
    window.page.goto("/")
    window.composer.focus()
    composer = window.page.locator("#composer")
    expect(composer).to_have_css("outline-style", "solid")
    expect(composer).not_to_have_css("outline-color", "rgba(0, 0, 0, 0)")


def test_with_forced_colors_the_choices_begin_below_the_composer_and_do_not_touch(open_window, alice):
    window = open_window(alice, forced_colors="active")
    window.page.goto("/")
    model, effort = (window.page.locator(f"#{name}").bounding_box() for name in ("model", "effort"))
    assert model["x"] >= window.page.locator("#composer").bounding_box()["x"]
    assert effort["x"] > model["x"] + model["width"]
