"""Renaming a conversation where its title stands: beside the page, in the list of all, above the turns."""

import pytest
from playwright.sync_api import expect

from conversations.models import Conversation
from tests.history import create_conversation

pytestmark = pytest.mark.browser


@pytest.fixture
def trip(alice):
    return create_conversation(alice, "A trip to the coast.")


def title_of(conversation):
    return Conversation.objects.get(pk=conversation.pk).title


def options(window, within="chat-sidebar"):
    return window.page.locator(f"{within} [data-menu]:visible").first


def field(window):
    return window.page.get_by_label("Title", exact=True)


def rename(window, within):
    options(window, within).click()
    window.page.get_by_role("menuitem", name="Rename").click()


@pytest.mark.parametrize(
    ("path", "within"), [("/", "chat-sidebar li"), ("/conversations/", "main"), ("/conversations/{}/", ".heading")]
)
def test_alice_renames_with_the_mouse(window, trip, path, within):
    window.page.goto(path.format(trip.pk))
    window.page.locator(f"{within} [data-label]").first.hover()
    rename(window, within)
    expect(field(window)).to_have_value("A trip to the coast.")
    field(window).fill("  By   the sea & back ")
    field(window).press("Enter")
    expect(field(window)).to_have_count(0)
    for label in window.page.locator(f'chat-entry[data-conversation="{trip.pk}"] [data-label]').all():
        expect(label).to_have_text("By the sea & back")
    expect(window.page.get_by_role("button", name="Options: By the sea & back").first).to_be_attached()
    assert title_of(trip) == "By the sea & back"


def test_alice_renames_by_keyboard(window, trip):
    window.page.goto(f"/conversations/{trip.pk}/")
    window.page.locator("chat-sidebar li a[data-label]").focus()
    window.page.keyboard.press("Tab")
    expect(window.page.get_by_role("button", name="Options: A trip to the coast.").first).to_be_focused()
    window.page.keyboard.press("Space")
    expect(window.page.get_by_role("menuitem", name="Rename")).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(field(window)).to_be_focused()
    window.page.keyboard.type("By the sea")
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("button", name="Options: By the sea").first).to_be_focused()
    expect(window.page).to_have_title("By the sea")
    assert title_of(trip) == "By the sea"


def test_escape_leaves_the_title_as_it_was(window, trip):
    window.page.goto("/conversations/")
    rename(window, "main")
    window.page.keyboard.type("Something else")
    window.page.keyboard.press("Escape")
    expect(field(window)).to_have_count(0)
    expect(options(window, "main")).to_be_focused()
    window.page.reload()
    window.shows("main [data-label]", "A trip to the coast.")
    assert title_of(trip) == "A trip to the coast."


def test_escape_closes_the_menu_and_stops_no_answer(window, trip):
    window.ask("Slowly [[rate:20]][[chars:3000]]")
    window.shows("article.assistant .prose p")
    options(window, ".heading").press("Enter")
    expect(window.page.get_by_role("menuitem", name="Rename")).to_be_focused()
    window.page.keyboard.press("ArrowUp")
    expect(window.page.get_by_role("menuitem", name="Delete")).to_be_focused()
    window.page.keyboard.press("Escape")
    expect(window.page.get_by_role("menu")).to_be_hidden()
    expect(options(window, ".heading")).to_be_focused()
    window.answer_is("writing")
    window.button("Stop").click()
    window.answer_is("stopped")


def test_an_empty_title_is_refused_with_a_sentence(window, trip):
    window.page.goto(f"/conversations/{trip.pk}/")
    rename(window, ".heading")
    field(window).fill("   ")
    field(window).press("Enter")
    expect(window.page.get_by_text("A title needs at least one letter.")).to_be_visible()
    expect(field(window)).to_have_attribute("aria-invalid", "true")
    assert title_of(trip) == "A trip to the coast."


def test_what_alice_has_typed_is_kept_when_she_goes_elsewhere(window, trip):
    window.page.goto(f"/conversations/{trip.pk}/")
    rename(window, ".heading")
    field(window).fill("Half a title")
    window.question.click()
    expect(window.page.locator(".heading [data-label]")).to_have_text("Half a title")
    expect(window.question).to_be_focused()
    assert title_of(trip) == "Half a title"


def test_a_title_that_cannot_be_sent_stays_in_the_field(window, trip):
    window.page.goto(f"/conversations/{trip.pk}/")
    rename(window, ".heading")
    window.page.route("**/conversations/*/title/", lambda route: route.abort())
    field(window).fill("Not yet")
    field(window).press("Enter")
    expect(window.page.get_by_text("The connection was lost.")).to_be_visible()
    expect(field(window)).to_have_value("Not yet")
    window.page.unroute("**/conversations/*/title/")
    field(window).press("Enter")
    expect(field(window)).to_have_count(0)
    assert title_of(trip) == "Not yet"


def test_a_title_that_arrives_leaves_the_focus_and_a_half_typed_title_alone(window):
    window.ask("Slowly [[rate:20]][[chars:3000]]")
    window.shows("article.assistant .prose p")
    rename(window, ".heading")
    field(window).fill("Mine")
    window.page.evaluate(
        "document.dispatchEvent(new CustomEvent('chat:title', { detail: { title: 'From Claude $& %s' } }))"
    )
    expect(field(window)).to_have_value("Mine")
    expect(field(window)).to_be_focused()
    expect(window.page.locator("chat-sidebar [aria-current]")).to_have_text("From Claude $& %s")
    expect(window.page.get_by_role("button", name="Options: From Claude $& %s").first).to_be_attached()
    window.page.keyboard.press("Escape")
    window.shows(".heading h1", "From Claude $& %s")
    window.answer_is("writing")


def test_a_new_conversation_can_be_renamed_as_soon_as_it_is_there(window):
    window.ask("A first question. [[rate:0]]")
    window.answer_is("complete")
    rename(window, ".heading")
    field(window).fill("Renamed")
    field(window).press("Enter")
    window.shows("chat-sidebar [aria-current]", "Renamed")
    assert Conversation.objects.get().title == "Renamed"


def test_in_the_drawer_by_touch(window_of, alice, trip):
    window = window_of(alice, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 780})
    window.page.goto("/#sidebar")
    opener = window.page.get_by_role("button", name="Options: A trip to the coast.")
    expect(opener).to_have_css("opacity", "1")
    box = opener.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    opener.tap()
    window.page.get_by_role("menuitem", name="Rename").tap()
    field(window).fill("By the sea")
    field(window).press("Enter")
    window.shows("chat-sidebar li [data-label]", "By the sea")
    rename(window, "chat-sidebar li")
    field(window).press("Escape")
    expect(window.page.get_by_role("link", name="New conversation")).to_be_visible()
    assert title_of(trip) == "By the sea"
