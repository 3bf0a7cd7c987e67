"""Renaming a conversation where its title is: in the list beside the page, in the list of all, above the turns."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.history import create_conversation

pytestmark = pytest.mark.browser
SLOW = "Slowly [[rate:20]][[chars:3000]]"


@pytest.fixture
def conversation(alice):
    return create_conversation(alice, "A trip to the coast.")


@pytest.fixture
def conversation_window(window, conversation):
    """Alice's window with the conversation."""
    window.page.goto(f"/conversations/{conversation.pk}/")
    return window


def title_of(conversation) -> str:
    return str(Conversation.objects.get(pk=conversation.pk).title)


def menu_button(window, within=".heading"):
    return window.page.locator(f"{within} [data-menu]:visible").first


def title_field(window):
    return window.page.get_by_label("Title", exact=True)


def open_title_field(window, within=".heading"):
    menu_button(window, within).click()
    window.page.get_by_role("menuitem", name="Rename").click()


@pytest.mark.parametrize(
    ("path", "within"), [("/", "chat-sidebar li"), ("/conversations/", "main"), ("/conversations/{}/", ".heading")]
)
def test_alice_renames_and_the_new_title_is_shown_everywhere(window, conversation, path, within):
    window.page.goto(path.format(conversation.pk))
    window.page.locator(f"{within} [data-label]").first.hover()
    open_title_field(window, within)
    expect(title_field(window)).to_have_value("A trip to the coast.")
    title_field(window).fill("  By   the sea & back ")
    title_field(window).press("Enter")

    expect(title_field(window)).to_have_count(0)
    for label in window.page.locator(f'chat-entry[data-conversation="{conversation.pk}"] [data-label]').all():
        expect(label).to_have_text("By the sea & back")
    expect(window.page.get_by_role("button", name="Options: By the sea & back").first).to_be_attached()
    assert title_of(conversation) == "By the sea & back"


def test_alice_renames_by_keyboard(conversation_window, conversation):
    page = conversation_window.page
    page.locator("chat-sidebar li a[data-label]").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Options: A trip to the coast.").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("menuitem", name="Pin")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(title_field(conversation_window)).to_be_focused()
    page.keyboard.type("By the sea")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Options: By the sea").first).to_be_focused()
    expect(page).to_have_title("By the sea")
    assert title_of(conversation) == "By the sea"


def test_escape_keeps_the_old_title(window, conversation):
    window.page.goto("/conversations/")
    open_title_field(window, "main")
    window.page.keyboard.type("Something else")
    window.page.keyboard.press("Escape")

    expect(title_field(window)).to_have_count(0)
    expect(menu_button(window, "main")).to_be_focused()
    window.page.reload()
    window.expect_shown("main [data-label]", "A trip to the coast.")
    assert title_of(conversation) == "A trip to the coast."


def test_arrow_keys_move_through_the_menu(conversation_window):
    menu_button(conversation_window).press("Enter")
    expect(conversation_window.page.get_by_role("menuitem", name="Pin")).to_be_focused()
    conversation_window.page.keyboard.press("ArrowUp")
    expect(conversation_window.page.get_by_role("menuitem", name="Delete")).to_be_focused()


def test_escape_closes_the_menu_and_stops_no_answer(window):
    window.ask(SLOW)
    window.expect_shown("article.assistant .prose p")
    menu_button(window).press("Enter")
    window.page.keyboard.press("Escape")
    expect(window.page.get_by_role("menu")).to_be_hidden()
    expect(menu_button(window)).to_be_focused()
    window.expect_answer("writing")
    window.stop()


def test_an_empty_title_is_refused_with_a_sentence(conversation_window, conversation):
    open_title_field(conversation_window)
    title_field(conversation_window).fill("   ")
    title_field(conversation_window).press("Enter")
    expect(conversation_window.page.get_by_text("A title needs at least one visible character.")).to_be_visible()
    expect(title_field(conversation_window)).to_have_attribute("aria-invalid", "true")
    assert title_of(conversation) == "A trip to the coast."


def test_leaving_the_field_saves(conversation_window, conversation):
    open_title_field(conversation_window)
    title_field(conversation_window).fill("Half a title")
    conversation_window.composer.click()
    expect(conversation_window.page.locator(".heading [data-label]")).to_have_text("Half a title")
    expect(conversation_window.composer).to_be_focused()
    assert title_of(conversation) == "Half a title"


def test_a_title_stays_in_the_field_until_it_can_be_sent(conversation_window, conversation):
    open_title_field(conversation_window)
    conversation_window.page.route("**/title/", lambda route: route.abort())
    title_field(conversation_window).fill("Not yet")
    title_field(conversation_window).press("Enter")
    expect(conversation_window.page.get_by_text("The connection was lost.")).to_be_visible()
    expect(title_field(conversation_window)).to_have_value("Not yet")

    conversation_window.page.unroute("**/title/")
    title_field(conversation_window).press("Enter")
    expect(title_field(conversation_window)).to_have_count(0)
    assert title_of(conversation) == "Not yet"


def test_a_generated_title_leaves_the_open_field_and_the_focus_alone(window):
    window.ask(SLOW)
    window.expect_shown("article.assistant .prose p")
    open_title_field(window)
    title_field(window).fill("Mine")
    window.receive_title("From Claude $& %s")

    expect(title_field(window)).to_have_value("Mine")
    expect(title_field(window)).to_be_focused()
    window.page.keyboard.press("Escape")
    window.expect_shown(".heading h1", "From Claude $& %s")
    window.expect_answer("writing")
    window.stop()


def test_a_generated_title_is_shown_in_the_list_and_in_the_name_of_the_menu(window):
    window.ask_and_wait("Hello [[rate:0]]")
    window.receive_title("From Claude $& %s")
    expect(window.page.locator("chat-sidebar [aria-current]")).to_have_text("From Claude $& %s")
    expect(window.page.get_by_role("button", name="Options: From Claude $& %s").first).to_be_attached()


def test_a_new_conversation_can_be_renamed_at_once(window):
    window.ask_and_wait("A first question. [[rate:0]]")
    open_title_field(window)
    title_field(window).fill("Renamed")
    title_field(window).press("Enter")
    window.expect_shown("chat-sidebar [aria-current]", "Renamed")
    assert Conversation.objects.get().title == "Renamed"


def test_on_a_telephone_the_menu_button_is_large_enough(touch_window, conversation):
    touch_window.page.goto("/#sidebar")
    button = touch_window.page.get_by_role("button", name="Options: A trip to the coast.")
    expect(button).to_have_css("opacity", "1")
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 24


def test_on_a_telephone_alice_renames_in_the_drawer_which_stays_open(touch_window, conversation):
    touch_window.page.goto("/#sidebar")
    touch_window.page.get_by_role("button", name="Options: A trip to the coast.").tap()
    touch_window.page.get_by_role("menuitem", name="Rename").tap()
    title_field(touch_window).fill("By the sea")
    title_field(touch_window).press("Enter")
    touch_window.expect_shown("chat-sidebar li [data-label]", "By the sea")
    assert title_of(conversation) == "By the sea"

    open_title_field(touch_window, "chat-sidebar li")
    title_field(touch_window).press("Escape")
    expect(touch_window.page.locator("#sidebar").get_by_role("link", name="New conversation")).to_be_visible()
