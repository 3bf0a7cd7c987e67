"""Shortcuts, the dialog that lists them, and the command palette."""

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


def option(window, name):
    return window.page.get_by_role("option", name=name, exact=True)


def help_dialog(window):
    return window.page.get_by_role("dialog", name="Keyboard shortcuts")


def press(window, keys):
    window.page.keyboard.press(keys)


# The palette


def test_alice_goes_to_a_conversation_by_its_title(window, alice, bob):
    coast = create_conversation(alice, "A trip to the coast.")
    create_conversation(alice, "The price of tin.")
    create_conversation(bob, "The coast of Bob.")
    press(window, "Control+k")
    expect(palette(window)).to_be_focused()
    expect(option(window, "The price of tin.")).to_be_visible()
    window.page.keyboard.type("COAST trip")
    expect(option(window, "A trip to the coast.")).to_have_attribute("aria-selected", "true")
    expect(window.page.locator(".palette-list li:visible")).to_have_count(1)
    press(window, "Enter")
    window.page.wait_for_url(f"**/conversations/{coast.pk}/")


def test_alice_runs_a_command_with_the_arrow_keys(window):
    press(window, "Control+k")
    window.page.keyboard.type("all conv")
    expect(option(window, "All conversations")).to_have_attribute("aria-selected", "true")
    press(window, "Enter")
    window.page.wait_for_url("**/conversations/")


def test_the_arrow_keys_go_round(window):
    press(window, "Control+k")
    expect(option(window, "New conversation")).to_have_attribute("aria-selected", "true")
    expect(palette(window)).to_have_attribute("aria-activedescendant", "palette-new")
    press(window, "ArrowUp")
    expect(option(window, "Sign out")).to_have_attribute("aria-selected", "true")
    press(window, "ArrowDown")
    expect(option(window, "New conversation")).to_have_attribute("aria-selected", "true")


def test_commands_that_make_no_sense_on_the_page_are_left_out(window):
    press(window, "Control+k")
    expect(option(window, "New conversation")).to_be_visible()
    for name in ("Stop the answer", "Edit the last question", "Copy the last answer", "Print", "Administration"):
        expect(option(window, name)).to_be_hidden()


def test_an_answer_is_stopped_from_the_palette(window):
    window.ask(ENDLESS)
    window.expect_shown("article.assistant .prose p")
    press(window, "Control+k")
    window.page.keyboard.type("stop")
    press(window, "Enter")
    window.expect_answer("stopped")


def test_the_menu_of_the_conversation_opens_from_the_palette(window, alice):
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    press(window, "Control+k")
    window.page.keyboard.type("rename")
    press(window, "Enter")
    expect(window.page.get_by_role("menuitem", name="Pin", exact=True)).to_be_focused()


def test_the_open_conversation_is_printed_and_exported_from_the_palette(window):
    window.ask_and_wait("Tin [[rate:0]][[echo:Yes.]]")
    for name, ending in (("Export as Markdown", ".md"), ("Export as JSON", ".json")):
        press(window, "Control+k")
        with window.page.expect_download() as download:
            option(window, name).click()
        assert download.value.suggested_filename.endswith(ending)
    press(window, "Control+k")
    option(window, "Print").click()
    window.page.wait_for_url("**/print/")


def test_print_is_for_the_open_conversation_after_the_menu_of_another(window, alice):
    other, opened = create_conversation(alice, "Other."), create_conversation(alice, "Opened.")
    window.page.goto(f"/conversations/{opened.pk}/")
    row = window.page.locator(f'chat-sidebar chat-entry[data-conversation="{other.pk}"]')
    row.hover()
    row.locator("[data-menu]").click()
    press(window, "Escape")
    press(window, "Control+k")
    option(window, "Print").click()
    window.page.wait_for_url(f"**/conversations/{opened.pk}/print/")


def test_the_palette_begins_with_another_conversation_than_the_open_one(window, alice):
    create_conversation(alice, "One.")
    window.page.goto(f"/conversations/{create_conversation(alice, 'Two.').pk}/")
    press(window, "Control+k")
    expect(option(window, "One.")).to_have_attribute("aria-selected", "true")
    window.page.keyboard.type("two")
    expect(option(window, "Two.")).to_have_attribute("aria-selected", "true")


def test_alice_goes_to_the_archive_from_the_palette(window):
    press(window, "Control+k")
    window.page.keyboard.type("archive")
    expect(option(window, "Archive")).to_have_attribute("aria-selected", "true")
    press(window, "Enter")
    window.page.wait_for_url("**/archive/")


def test_what_is_not_found_is_said(window):
    press(window, "Control+k")
    window.page.keyboard.type("xyzzy")
    expect(window.page.get_by_role("dialog").get_by_role("status")).to_have_text("Nothing found.")
    press(window, "Enter")
    expect(palette(window)).to_be_visible()


@pytest.mark.parametrize("keys", ["Escape", "Control+k"])
def test_the_palette_closes_and_the_focus_returns(window, keys):
    window.composer.fill("Half a thought")
    press(window, "Control+k")
    expect(palette(window)).to_be_focused()
    press(window, keys)
    expect(palette(window)).to_be_hidden()
    expect(window.composer).to_be_focused()


def test_the_palette_opens_by_mouse(window):
    window.button("Go to …").click()
    option(window, "Bin").click()
    window.page.wait_for_url("**/bin/")


def test_the_palette_works_on_pages_without_a_composer(window):
    window.page.goto("/bin/")
    press(window, "Control+k")
    window.page.keyboard.type("new conv")
    press(window, "Enter")
    expect(window.composer).to_be_visible()


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


def test_the_palette_and_the_help_can_be_used_by_everybody(open_window, alice):
    window = open_window(alice, **screen_options())
    window.page.goto(f"/conversations/{create_conversation(alice).pk}/")
    press(window, "Control+k")
    expect(option(window, "The first question.")).to_be_visible()
    check_accessibility(window)
    press(window, "Escape")
    press(window, "Control+/")
    expect(help_dialog(window)).to_be_visible()
    check_accessibility(window)
