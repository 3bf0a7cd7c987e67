"""Deleting a conversation, taking it back within ten seconds, and out of the bin later."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.history import create_conversation
from tests.site import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def three(alice):
    """Three conversations, the newest first."""
    return [create_conversation(alice, f"Conversation {name}.") for name in ("three", "two", "one")][::-1]


def is_binned(conversation) -> bool:
    return bool(Conversation.objects.get(pk=conversation.pk).deleted)


def row(window, conversation, within="chat-sidebar"):
    return window.page.locator(f'{within} li > chat-entry[data-conversation="{conversation.pk}"]')


def delete(window, entry):
    entry.hover()
    entry.locator("[data-menu]").click()
    window.page.get_by_role("menuitem", name="Delete").click()


def test_alice_deletes_with_the_mouse_and_undoes_it(window, three):
    window.page.goto("/conversations/")
    delete(window, row(window, three[1], "main"))
    window.shows("chat-toast", "Deleted.")
    expect(row(window, three[1], "main")).to_have_count(0)
    expect(row(window, three[1])).to_have_count(0)
    expect(row(window, three[2], "main").locator("[data-label]")).to_be_focused()
    assert is_binned(three[1])

    window.button("Undo").click()
    expect(row(window, three[1], "main").locator("[data-label]")).to_be_focused()
    titles = window.page.locator("main [data-label]")
    expect(titles).to_have_text(["Conversation one.", "Conversation two.", "Conversation three."])
    expect(window.button("Undo")).to_have_count(0)
    assert not is_binned(three[1])


def test_alice_deletes_by_keyboard_and_undoes_it(window, three):
    window.page.goto("/conversations/")
    row(window, three[2], "main").locator("[data-menu]").focus()
    for key in ("Enter", "ArrowDown", "Enter"):
        window.page.keyboard.press(key)
    expect(window.page.locator("[aria-live=polite]")).to_have_text("Deleted.")
    expect(row(window, three[1], "main").locator("[data-label]")).to_be_focused()
    assert is_binned(three[2])
    window.page.keyboard.press("Control+z")
    expect(row(window, three[2], "main").locator("[data-label]")).to_be_focused()
    assert not is_binned(three[2])


def test_the_button_to_undo_is_reached_with_tab(window, three):
    window.page.goto("/")
    delete(window, row(window, three[1]))
    window.shows("chat-toast", "Deleted.")
    for _ in range(12):
        window.page.keyboard.press("Tab")
        if window.button("Undo").evaluate("(button) => button === document.activeElement"):
            break
    window.page.keyboard.press("Enter")
    expect(row(window, three[1]).locator("[data-label]")).to_be_focused()
    assert not is_binned(three[1])


def test_the_offer_to_undo_lasts_ten_seconds_and_waits_for_who_points_at_it(window, three):
    window.page.clock.install()
    window.page.goto("/conversations/")
    delete(window, row(window, three[0], "main"))
    window.button("Undo").focus()
    window.page.clock.run_for(60_000)
    expect(window.button("Undo")).to_be_visible()
    row(window, three[1], "main").locator("[data-label]").focus()
    window.button("Undo").hover()
    window.page.clock.run_for(60_000)
    expect(window.button("Undo")).to_be_visible()
    window.page.mouse.move(5, 700)
    window.page.clock.run_for(10_001)
    expect(window.button("Undo")).to_have_count(0)
    expect(window.page.locator("chat-toast [aria-live]")).to_have_text("")
    assert is_binned(three[0])


@pytest.mark.parametrize("within", ["chat-sidebar li", ".column"])
def test_who_deletes_the_open_conversation_is_taken_to_a_new_one_and_can_come_back(window, three, within):
    window.page.goto(f"/conversations/{three[0].pk}/")
    delete(window, window.page.locator(f"{within} chat-entry, {within} > chat-entry").first)
    window.page.wait_for_url("**/")
    window.shows("chat-toast", "Deleted.")
    expect(row(window, three[0])).to_have_count(0)
    assert is_binned(three[0])
    window.button("Undo").click()
    window.page.wait_for_url(f"**/conversations/{three[0].pk}/")
    expect(window.button("Undo")).to_have_count(0)
    assert not is_binned(three[0])


def test_the_offer_is_made_once(window, three):
    window.page.goto(f"/conversations/{three[0].pk}/")
    delete(window, window.page.locator(".heading"))
    window.page.wait_for_url("**/")
    window.shows("chat-toast", "Deleted.")
    window.page.reload()
    expect(window.button("Undo")).to_have_count(0)


def test_a_running_answer_stops_when_its_conversation_is_deleted(window):
    window.ask("Slowly [[rate:20]][[chars:3000]]")
    window.shows("article.assistant .prose p")
    delete(window, window.page.locator(".heading"))
    window.page.wait_for_url("**/")
    conversation = Conversation.objects.get()
    eventually(lambda: conversation.messages.get(role="assistant").ending == "deleted")


def test_the_last_row_leaves_an_empty_list_with_a_way_on(window, alice):
    only = create_conversation(alice, "The only one.")
    window.page.goto("/conversations/")
    delete(window, row(window, only, "main"))
    expect(window.page.get_by_text("You have no conversations yet.")).to_be_visible()
    expect(window.page.get_by_role("link", name="Ask the first question")).to_be_focused()


def test_a_deletion_that_fails_says_so_and_leaves_the_row(window, three):
    window.page.goto("/conversations/")
    window.page.route("**/conversations/*/", lambda route: route.abort())
    delete(window, row(window, three[0], "main"))
    window.shows("chat-toast", "The connection was lost.")
    expect(window.button("Undo")).to_have_count(0)
    expect(row(window, three[0], "main")).to_be_visible()
    assert not is_binned(three[0])


def test_alice_puts_a_conversation_back_from_the_bin(window, three):
    three[0].bin()
    window.page.goto("/")
    window.page.get_by_role("link", name="Bin").click()
    window.shows("main", "kept until")
    window.page.get_by_role("button", name="Put back: Conversation one.").click()
    window.page.wait_for_url(f"**/conversations/{three[0].pk}/")
    assert not is_binned(three[0])
    window.page.goto("/bin/")
    expect(window.page.get_by_text("The bin is empty.")).to_be_visible()


def test_in_the_drawer_by_touch(window_of, alice, three):
    window = window_of(alice, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 780})
    window.page.goto("/#sidebar")
    window.page.get_by_role("button", name="Options: Conversation two.").tap()
    window.page.get_by_role("menuitem", name="Delete").tap()
    expect(row(window, three[1])).to_have_count(0)
    window.button("Undo").tap()
    expect(row(window, three[1])).to_be_visible()
    expect(window.page.get_by_role("link", name="New conversation")).to_be_visible()
    assert not is_binned(three[1])
