"""Shortcuts, and the dialog that lists them."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation, Message, Preferences
from tests.browser.accessibility import check_accessibility, screen_options
from tests.history import create_conversation
from tests.site import eventually

pytestmark = pytest.mark.browser
ENDLESS = "Slowly [[rate:20]][[chars:9000]]"


def palette(window):
    return window.page.get_by_role("combobox", name="Conversation or command")


def help_dialog(window):
    return window.page.get_by_role("dialog", name="Keyboard shortcuts")


def press(window, keys):
    window.page.keyboard.press(keys)


# Help and switching off


@pytest.mark.parametrize("keys", ["?", "Control+/"])
def test_help_lists_the_shortcuts(window, keys):
    window.page.locator("body").evaluate("() => document.activeElement.blur()")
    press(window, keys)
    expect(help_dialog(window)).to_be_visible()
    expect(help_dialog(window).get_by_role("listitem").filter(has_text="New conversation")).to_contain_text(
        "CtrlShiftO"
    )
    press(window, "Escape")
    expect(help_dialog(window)).to_be_hidden()


def test_in_a_field_a_question_mark_is_a_question_mark(window):
    window.composer.press("?")
    expect(window.composer).to_have_value("?")
    expect(help_dialog(window)).to_be_hidden()


def test_single_keys_are_switched_off_for_good(window, alice):
    press(window, "Control+/")
    help_dialog(window).get_by_role("checkbox").uncheck()
    eventually(lambda: Preferences.objects.filter(user=alice, single_keys=False).exists())
    for _ in range(2):
        press(window, "Escape")
        window.page.locator("body").evaluate("() => document.activeElement.blur()")
        press(window, "?")
        expect(help_dialog(window)).to_be_hidden()
        window.page.reload()
    press(window, "Control+/")
    expect(help_dialog(window).get_by_role("checkbox")).not_to_be_checked()


def test_buttons_and_links_tell_their_shortcuts(window):
    link = window.page.get_by_role("link", name="New conversation")
    expect(link).to_have_attribute("aria-keyshortcuts", "Control+Shift+O")
    expect(link).to_have_attribute("title", "New conversation (Ctrl Shift O)")
    expect(window.composer).to_have_attribute("aria-keyshortcuts", "Shift+Escape")


# Other shortcuts


def test_a_new_conversation_begins_by_key(window, alice):
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    press(window, "Control+Shift+O")
    window.page.wait_for_url("**/")
    expect(window.page.get_by_role("heading", name="New conversation")).to_be_visible()


def test_shift_and_escape_lead_to_the_composer(window):
    window.page.get_by_role("link", name="All conversations").focus()
    press(window, "Shift+Escape")
    expect(window.composer).to_be_focused()


def test_slash_leads_to_the_search_field_where_there_is_one(window):
    window.page.evaluate(
        """() => {
          const field = Object.assign(document.createElement("input"), { name: "q", ariaLabel: "Search" });
          document.querySelector(".sidebar").prepend(field);
          document.activeElement.blur();
        }"""
    )
    press(window, "/")
    expect(window.page.get_by_label("Search", exact=True)).to_be_focused()
    expect(window.page.get_by_label("Search", exact=True)).to_have_value("")


def test_escape_closes_a_menu_then_cancels_an_edit_then_stops(window):
    window.ask(ENDLESS)
    window.expect_shown("article.assistant .prose p")
    window.button("Edit").click()
    window.page.get_by_label("Edit your question").fill("Other words")
    window.page.locator(".heading [data-menu]").click()
    press(window, "Escape")
    expect(window.page.get_by_role("menuitem", name="Rename")).to_be_hidden()
    expect(window.page.get_by_label("Edit your question")).to_be_visible()
    window.composer.press("Escape")
    expect(window.page.get_by_label("Edit your question")).to_have_count(0)
    window.expect_answer("writing")
    window.composer.press("Escape")
    window.expect_answer("stopped")
    # What was typed into the edit is not lost.
    window.button("Edit").click()
    expect(window.page.get_by_label("Edit your question")).to_have_value("Other words")


def test_the_shortcut_works_on_a_keyboard_without_latin_letters(window):
    window.composer.dispatch_event(
        "keydown", {"key": "л", "code": "KeyK", "ctrlKey": True, "bubbles": True, "cancelable": True}
    )
    expect(palette(window)).to_be_visible()
    assert not Message.objects.exists()
    assert not Conversation.objects.exists()


def test_the_help_can_be_used_by_everybody(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    press(window, "Control+/")
    expect(help_dialog(window)).to_be_visible()
    check_accessibility(window)
