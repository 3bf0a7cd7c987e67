"""The search in the sidebar and as a page, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.history import ask, begin, create_conversation, finish_answer
from tests.site import eventually

pytestmark = pytest.mark.browser
LONG = "Calm weather. " * 400


@pytest.fixture
def harbour(site, alice):
    """A conversation of 60 questions, of which one early answer has a word deep in a long text."""
    conversation = create_conversation(alice, "Where shall we land?")
    finish_answer(ask(conversation, "And then?"), f"{LONG}\n\nThe **lighthouse** stands at the mole.\n\n{LONG}")
    for number in range(58):
        finish_answer(ask(conversation, f"Question {number}?"), "A short answer.")
    conversation.rename("Landing places")
    return conversation


@pytest.fixture
def search_window(window, harbour):
    window.page.reload()
    return window


def field_of(window):
    return window.page.locator("chat-search [data-search]")


def is_in_view(window, word):
    return window.page.evaluate(
        """word => {
          const thread = document.querySelector("chat-thread").getBoundingClientRect();
          const element = [...document.querySelectorAll("strong")].find((each) => each.textContent === word);
          const { top, bottom } = element.getBoundingClientRect();
          return top >= thread.top && bottom <= thread.bottom;
        }""",
        word,
    )


def test_what_was_found_is_in_sight_in_the_narrow_list(window, alice):
    text = "A tide table lists what the harbour master counts: heights, hours, and the totals of each month. " + LONG
    create_conversation(alice, text)
    field_of(window).fill("totals")
    snippet, mark = (window.page.locator(f".found-short {part}") for part in (".snippet", "mark"))
    expect(mark).to_have_text("totals")
    shown, marked = snippet.bounding_box(), mark.bounding_box()
    assert marked["y"] + marked["height"] <= shown["y"] + shown["height"]


def test_results_appear_while_alice_types_and_open_at_the_hit(search_window):
    field_of(search_window).press_sequentially("LIGHTH")
    result = search_window.page.locator(".found-short a")
    expect(result).to_contain_text("The lighthouse stands")
    expect(search_window.page.locator(".sidebar-list")).to_be_hidden()
    expect(search_window.page.locator("[data-search-status]")).to_have_text("1 conversation")
    field_of(search_window).press("ArrowDown")
    expect(result).to_be_focused()
    result.press("Enter")
    expect(search_window.page.locator("article:target")).to_contain_text("lighthouse")
    eventually(lambda: is_in_view(search_window, "lighthouse"))
    assert search_window.page.evaluate("[...CSS.highlights.get('hit')].map(String)") == ["lighth"]
    expect(search_window.page.get_by_text("an earlier part of the conversation")).to_be_visible()
    # Below an excerpt nothing can be asked: the forms that ask are hidden, and so is what opens one.
    expect(search_window.page.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
    expect(search_window.page.get_by_role("button", name="Copy", exact=True)).not_to_have_count(0)


def test_the_earlier_part_stays_when_the_tab_gets_the_focus_again(search_window, harbour):
    message = harbour.messages.get(text__contains="lighthouse")
    search_window.page.goto(f"/conversations/{harbour.pk}/?message={message.pk}&q=lighthouse#m-{message.pk}")
    search_window.page.evaluate("window.dispatchEvent(new Event('focus'))")
    search_window.page.wait_for_timeout(300)
    assert is_in_view(search_window, "lighthouse")


def test_escape_brings_the_list_back(search_window):
    field_of(search_window).fill("landing")
    expect(search_window.page.locator(".found-short mark")).to_have_text("Landing")
    field_of(search_window).press("Escape")
    expect(search_window.page.locator(".sidebar-list")).to_be_visible()
    expect(field_of(search_window)).to_have_value("")


def test_enter_opens_the_page(search_window):
    field_of(search_window).fill("lighthouse")
    field_of(search_window).press("Enter")
    expect(search_window.page.locator("main h1, header h1")).to_have_text("Search")
    expect(search_window.page.locator(".found-hit mark")).to_have_text("lighthouse")


def test_the_search_works_without_scripts(plain_window, alice):
    answer = finish_answer(begin(alice, "A café?"), "The Café is closed.")
    plain_window.page.get_by_role("searchbox").first.fill("CAFE")
    plain_window.page.get_by_role("searchbox").first.press("Enter")
    plain_window.page.locator(".found-hit").first.click()
    expect(plain_window.page.locator(f"#m-{answer.pk}, #m-{answer.parent_id}").first).to_be_visible()
