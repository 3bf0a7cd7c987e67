"""Deleting a conversation, undoing it within ten seconds, and restoring it from the bin."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.history import create_conversation
from tests.site import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def conversations(alice):
    """Three conversations, the newest first."""
    return [create_conversation(alice, f"Conversation {name}.") for name in ("three", "two", "one")][::-1]


def is_binned(conversation) -> bool:
    return Conversation.objects.get(pk=conversation.pk).deleted is not None


def entry_of(window, conversation, within="chat-sidebar"):
    return window.page.locator(f'{within} li > chat-entry[data-conversation="{conversation.pk}"]')


def label_of(window, conversation, within="main"):
    return entry_of(window, conversation, within).locator("[data-label]")


def delete(window, entry):
    entry.hover()
    entry.locator("[data-menu]").click()
    window.page.get_by_role("menuitem", name="Delete").click()


def delete_heading(window):
    delete(window, window.page.locator(".heading"))


# Deleting


def test_a_deleted_conversation_leaves_all_lists_and_the_next_title_has_the_focus(window, conversations):
    window.page.goto("/conversations/")
    delete(window, entry_of(window, conversations[1], "main"))

    window.expect_shown("chat-toast", "Deleted.")
    expect(entry_of(window, conversations[1], "main")).to_have_count(0)
    expect(entry_of(window, conversations[1])).to_have_count(0)
    expect(label_of(window, conversations[2])).to_be_focused()
    assert is_binned(conversations[1])


def test_alice_deletes_by_keyboard(window, conversations):
    window.page.goto("/conversations/")
    entry_of(window, conversations[2], "main").locator("[data-menu]").focus()
    for key in ("Enter", "ArrowUp", "Enter"):
        window.page.keyboard.press(key)

    expect(window.page.locator("[aria-live=polite]")).to_have_text("Deleted.")
    expect(label_of(window, conversations[1])).to_be_focused()
    assert is_binned(conversations[2])


def test_after_the_last_row_the_empty_list_offers_a_new_conversation(window, alice):
    conversation = create_conversation(alice, "The only one.")
    window.page.goto("/conversations/")
    delete(window, entry_of(window, conversation, "main"))
    expect(window.page.get_by_text("You have no conversations yet.")).to_be_visible()
    expect(window.page.get_by_role("link", name="Ask the first question")).to_be_focused()


def test_deleting_stops_a_running_answer(window):
    window.ask("Slowly [[rate:20]][[chars:3000]]")
    window.expect_shown("article.assistant .prose p")
    delete_heading(window)
    window.page.wait_for_url("**/")
    eventually(lambda: Conversation.objects.get().messages.get(role="assistant").ending == "deleted")


def test_a_deletion_that_fails_says_so_and_leaves_the_row(window, conversations):
    window.page.goto("/conversations/")
    window.page.route("**/conversations/*/", lambda route: route.abort())
    delete(window, entry_of(window, conversations[0], "main"))
    window.expect_shown("chat-toast", "The connection was lost. This was not done: try again when it is back.")
    expect(window.button("Undo")).to_have_count(0)
    expect(entry_of(window, conversations[0], "main")).to_be_visible()
    assert not is_binned(conversations[0])


# Undoing


def test_the_button_undoes_a_deletion(window, conversations):
    window.page.goto("/conversations/")
    delete(window, entry_of(window, conversations[1], "main"))
    window.button("Undo").click()

    expect(label_of(window, conversations[1])).to_be_focused()
    titles = window.page.locator("main [data-label]")
    expect(titles).to_have_text(["Conversation one.", "Conversation two.", "Conversation three."])
    expect(window.button("Undo")).to_have_count(0)
    assert not is_binned(conversations[1])


def test_control_z_undoes_a_deletion(window, conversations):
    window.page.goto("/conversations/")
    delete(window, entry_of(window, conversations[2], "main"))
    window.expect_shown("chat-toast", "Deleted.")
    window.page.keyboard.press("Control+z")
    expect(label_of(window, conversations[2])).to_be_focused()
    assert not is_binned(conversations[2])


def test_the_button_is_reached_with_tab(window, conversations):
    window.page.goto("/")
    delete(window, entry_of(window, conversations[1]))
    window.expect_shown("chat-toast", "Deleted.")
    for _ in range(12):
        window.page.keyboard.press("Tab")
        if window.button("Undo").evaluate("(button) => button === document.activeElement"):
            break
    window.page.keyboard.press("Enter")
    expect(label_of(window, conversations[1], "chat-sidebar")).to_be_focused()
    assert not is_binned(conversations[1])


def test_the_offer_lasts_ten_seconds(window, conversations):
    window.page.clock.install()
    window.page.goto("/conversations/")
    delete(window, entry_of(window, conversations[0], "main"))
    window.expect_shown("chat-toast", "Deleted.")
    window.page.mouse.move(5, 700)
    window.page.clock.run_for(10_001)
    expect(window.button("Undo")).to_have_count(0)
    expect(window.page.locator("chat-toast [aria-live]")).to_have_text("")
    assert is_binned(conversations[0])


def test_the_offer_stays_while_its_button_has_the_focus_or_the_pointer(window, conversations):
    window.page.clock.install()
    window.page.goto("/conversations/")
    delete(window, entry_of(window, conversations[0], "main"))
    window.button("Undo").focus()
    window.page.clock.run_for(60_000)
    expect(window.button("Undo")).to_be_visible()

    window.button("Undo").hover()
    label_of(window, conversations[1]).focus()
    window.page.clock.run_for(60_000)
    expect(window.button("Undo")).to_be_visible()


def test_on_a_telephone_a_deletion_is_undone_in_the_drawer(touch_window, conversations):
    touch_window.page.goto("/#sidebar")
    touch_window.page.get_by_role("button", name="Options: Conversation two.").tap()
    touch_window.page.get_by_role("menuitem", name="Delete").tap()
    expect(entry_of(touch_window, conversations[1])).to_have_count(0)

    touch_window.button("Undo").tap()
    expect(entry_of(touch_window, conversations[1])).to_be_visible()
    expect(touch_window.page.locator("#sidebar").get_by_role("link", name="New conversation")).to_be_visible()
    assert not is_binned(conversations[1])


# Deleting the open conversation


@pytest.mark.parametrize("within", ["chat-sidebar li", ".column"])
def test_deleting_the_open_conversation_leads_to_a_new_one(window, conversations, within):
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    delete(window, window.page.locator(f"{within} chat-entry, {within} > chat-entry").first)
    window.page.wait_for_url("**/")
    window.expect_shown("chat-toast", "Deleted.")
    expect(entry_of(window, conversations[0])).to_have_count(0)
    assert is_binned(conversations[0])


def test_undoing_there_leads_back_to_the_conversation(window, conversations):
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    delete_heading(window)
    window.page.wait_for_url("**/")
    window.button("Undo").click()
    window.page.wait_for_url(f"**/conversations/{conversations[0].pk}/")
    expect(window.button("Undo")).to_have_count(0)
    assert not is_binned(conversations[0])


def test_the_offer_is_not_made_again_after_a_reload(window, conversations):
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    delete_heading(window)
    window.page.wait_for_url("**/")
    window.expect_shown("chat-toast", "Deleted.")
    window.page.reload()
    expect(window.button("Undo")).to_have_count(0)


# The bin


def test_alice_restores_a_conversation_from_the_bin(window, conversations):
    conversations[0].bin()
    window.page.goto("/")
    window.page.get_by_role("link", name="Bin").click()
    window.expect_shown("main", "kept until")
    window.page.get_by_role("button", name="Restore: Conversation one.").click()
    window.page.wait_for_url(f"**/conversations/{conversations[0].pk}/")
    assert not is_binned(conversations[0])


def test_an_empty_bin_says_so(window):
    window.page.goto("/bin/")
    expect(window.page.get_by_text("The bin is empty.")).to_be_visible()


# In another tab


def test_a_question_to_a_deleted_conversation_can_be_asked_in_a_new_one(window, conversations):
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    conversations[0].bin()
    window.ask("What now? [[echo:An answer.]]")
    window.expect_shown("[data-problem]", "This conversation was deleted.")
    expect(window.composer).to_have_value("What now? [[echo:An answer.]]")

    window.page.get_by_role("link", name="Ask in a new conversation").click()
    window.page.wait_for_url(lambda url: not url.endswith(str(conversations[0].pk) + "/"))
    expect(window.composer).to_have_value("What now? [[echo:An answer.]]")
    window.composer.press("Enter")
    window.expect_answer("complete")


def test_a_draft_of_a_new_conversation_is_kept_when_a_question_joins_it(window, conversations):
    window.composer.fill("A thought")
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    conversations[0].bin()
    window.ask("What now?")
    window.page.get_by_role("link", name="Ask in a new conversation").click()
    expect(window.composer).to_have_value("A thought\n\nWhat now?")


@pytest.mark.parametrize("action", ["Try again", "Edit"])
def test_what_else_is_done_in_a_deleted_conversation_says_so(window, conversations, action):
    window.page.goto(f"/conversations/{conversations[0].pk}/")
    conversations[0].bin()
    window.button(action).click()
    if action == "Edit":
        window.page.locator("form.edit").get_by_role("button", name="Save only").click()
    expect(window.page.get_by_role("alert").filter(has_text="This conversation was deleted.")).to_be_visible()
