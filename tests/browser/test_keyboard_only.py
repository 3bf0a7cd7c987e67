"""All that is done every day, without a mouse; and what a screen reader is told meanwhile."""

import re

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.browser.keyboard import Keyboard
from tests.conftest import PASSWORD
from tests.history import create_conversation

pytestmark = pytest.mark.browser
COUNT_CHANGES = """() => {
  window.changes = [];
  const status = document.querySelector("[data-status]");
  const options = { childList: true, characterData: true, subtree: true };
  new MutationObserver(() => window.changes.push(status.textContent)).observe(status, options);
}"""


@pytest.fixture
def keyboard_window(open_window, alice, server_passwords):
    """A guest's window at the sign-in page; Alice has a password."""
    alice.set_password(PASSWORD)
    alice.save()
    window = open_window()
    window.page.goto("/")
    return window


def open_menu(keys):
    """Open the menu of the open conversation through the palette."""
    keys.press("Control+k")
    keys.write("options")
    keys.press("Enter")
    assert keys.focused_name in {"Pin", "Unpin"}


def test_alice_uses_the_site_without_a_mouse(keyboard_window):
    """One walk: each step begins where the focus is after the one before."""
    window, keys = keyboard_window, Keyboard(keyboard_window.page)
    sign_in(window, keys)
    ask_stop_edit_and_try_again(window, keys)
    search_and_open_what_is_found(window, keys)
    rename_pin_archive_and_export(window, keys)
    delete_and_undo(window, keys)
    open_the_settings_and_sign_out(window, keys)


def sign_in(window, keys):
    if keys.focused_name != "E-mail":
        keys.tab_to("E-mail")
    keys.write("alice@example.com")
    keys.tab_to("Password")
    window.page.keyboard.type(PASSWORD)
    window.page.keyboard.press("Enter")


def ask_stop_edit_and_try_again(window, keys):
    expect(window.composer).to_be_focused()
    # Before the scripts are there, Enter would send a plain form.
    window.page.wait_for_load_state()
    keys.write("Slowly [[rate:10]][[chars:2000]]")
    keys.press("Enter")
    window.expect_answer("writing")
    keys.press("Escape")
    window.expect_answer("stopped")
    keys.press("ArrowUp")
    assert keys.focused_name == "Edit your question"
    keys.write("In short [[echo:Canaries sing.]]")
    keys.press("Enter")
    window.expect_answer("complete")
    expect(window.composer).to_be_focused()
    keys.tab_to("More", back=True)
    keys.press("Home", "ArrowRight")
    assert keys.focused_name == "Try again"
    keys.press("Enter")
    window.expect_shown("article.assistant .rail", "2 of 2")
    window.expect_answer("complete")
    keys.tab_to("Previous version", back=True)
    keys.press("Enter")
    window.expect_shown("article.assistant .rail", "1 of 2")
    keys.expect_visible_focus()
    assert keys.focused_name == "Next version"


def search_and_open_what_is_found(window, keys):
    keys.press("/")
    assert keys.focused_name == "Search your conversations"
    keys.write("canaries")
    window.expect_shown(".found-short mark")
    keys.press("Tab")
    window.page.keyboard.press("Enter")
    expect(window.page).to_have_url(re.compile("q=canaries"))
    # Before the scripts are there, the keys of the site do nothing.
    window.page.wait_for_load_state()
    keys.expect_visible_focus()


def rename_pin_archive_and_export(window, keys):
    open_menu(keys)
    keys.choose("Rename")
    keys.write("Birds")
    keys.press("Enter")
    expect(window.page.locator("h1")).to_have_text("Birds")
    assert keys.focused_name == "Options: Birds"
    keys.press("Enter")
    keys.choose("Pin")
    window.expect_shown("chat-toast", "Pinned.")
    keys.expect_visible_focus()
    open_menu(keys)
    keys.choose("Archive")
    window.expect_shown("chat-toast", "Archived.")
    keys.press("Control+z")
    expect(window.page.locator("chat-toast [data-text]")).to_be_empty()
    open_menu(keys)
    with window.page.expect_download():
        keys.choose("Export as Markdown")
    keys.expect_visible_focus()


def delete_and_undo(window, keys):
    open_menu(keys)
    keys.choose("Delete")
    window.expect_shown("chat-toast", "Deleted.")
    expect(window.composer).to_be_focused()
    keys.tab_to("Undo", back=True)
    window.page.keyboard.press("Enter")
    expect(window.page.locator("h1")).to_have_text("Birds")
    conversation = Conversation.objects.get()
    assert (conversation.title, bool(conversation.pinned), conversation.archived, conversation.deleted) == (
        "Birds",
        True,
        None,
        None,
    )


def open_the_settings_and_sign_out(window, keys):
    # The page has been loaded again, and its scripts may not be there yet.
    expect(window.page.locator(".palette-button")).to_have_attribute("aria-keyshortcuts", re.compile("K"))
    keys.press("Control+k")
    keys.write("settings")
    window.page.keyboard.press("Enter")
    expect(window.page).to_have_url(re.compile("/settings/"))
    keys.tab_to("Sign out")
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_actions_of_a_turn_are_one_stop_of_the_tab_key(open_window, alice):
    window = open_window(alice)
    window.page.goto(f"/conversations/{create_conversation(alice, 'One.', 'Two.').pk}/")
    keys = Keyboard(window.page)
    toolbars = []
    window.page.locator("article").first.locator("button").first.focus()
    while window.page.evaluate("document.activeElement.closest('article') !== null"):
        toolbars.append(window.page.evaluate("document.activeElement.closest('article [role=toolbar]')?.ariaLabel"))
        keys.press("Tab")
    assert [name for name in toolbars if name] == ["Question", "Answer"] * 2


@pytest.mark.parametrize("markers", ["[[rate:60]][[chars:2000]]", "[[status:529:1:times:1]]", "[[thinking:Hm.]]"])
def test_a_screen_reader_is_told_of_an_answer_at_most_three_times(window, markers):
    window.page.evaluate(COUNT_CHANGES)
    window.ask_and_wait(f"Go on {markers}")
    expect(window.status).to_have_text("Answer complete")
    assert len(window.page.evaluate("window.changes")) <= 3
