"""Pages on a phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chatsite.accounts.models import ApiToken
from tests.browser.window import lines_of
from tests.history import create_conversation, create_usage

pytestmark = pytest.mark.browser
TABLE = "| size | price |\n|---|---|\n" + "| Small and medium-sized things of many colours | $12,345.67 |\n" * 3


@pytest.fixture
def small_window(open_window, alice):
    return open_window(alice, viewport={"width": 390, "height": 780})


def test_a_button_beside_a_long_text_is_not_cut(small_window, alice):
    token, _ = ApiToken.issue(alice, "my script")
    token.last_used = timezone.now()
    token.save()
    small_window.page.goto("/settings/tokens/")
    assert lines_of(small_window.button("Revoke my script")) == 1


def test_a_word_in_a_table_is_not_cut(small_window):
    small_window.page.goto("/")
    small_window.ask_and_wait(f"A table [[rate:0]][[text]]{TABLE}[[/text]]")
    assert lines_of(small_window.answer.locator("td").nth(1)) == 1


@pytest.mark.parametrize(
    ("locale", "path"), [("en-GB", "/conversations/"), ("de-DE", "/conversations/"), ("de-DE", "/archive/")]
)
def test_what_can_be_done_with_selected_conversations_is_one_line_of_buttons(open_window, alice, locale, path):
    for title in ("One.", "Two."):
        create_conversation(alice, title).set_archived(path == "/archive/")
    window = open_window(alice, viewport={"width": 390, "height": 780}, locale=locale)
    window.page.goto(path)
    window.page.locator("[data-all]").check()
    parts = window.page.locator(".selection :is(.check, [data-count], button)")
    middles = [box["y"] + box["height"] / 2 for box in (part.bounding_box() for part in parts.all())]
    assert middles[0] == pytest.approx(middles[1], abs=1)
    assert middles[0] + 20 < middles[2] == middles[3] == middles[4]


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("path", ["/settings/usage/", "/admin/conversations/usage/costs/"])
def test_what_calls_cost_is_in_sight_without_scrolling_sideways(open_window, carol, width, path):
    create_usage(carol, cost=1_234_567_890, input_tokens=123_456_789, web_searches=1)
    window = open_window(carol, viewport={"width": width, "height": 780})
    window.page.goto(path)
    cost = window.page.get_by_role("cell", name="$1,234.57").last
    cost.scroll_into_view_if_needed()
    window.page.evaluate("document.querySelector('.scrolling, .costs-wide').scrollLeft = 0")
    expect(cost).to_be_in_viewport(ratio=1)


@pytest.fixture
def german_window(open_window, alice):
    """The smallest phone, with longer words."""
    return open_window(alice, viewport={"width": 320, "height": 640}, locale="de-DE")


def test_the_settings_fit_the_width_and_their_menu_is_one_row(german_window):
    page = german_window.page
    page.goto("/settings/connections/")
    links = page.locator(".settings-nav a")
    tops = links.evaluate_all("links => links.map((link) => Math.round(link.getBoundingClientRect().top))")
    assert len(set(tops)) == 1
    expect(page.locator(".settings-nav [aria-current]")).to_be_in_viewport(ratio=1)
    page.goto("/settings/")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [320, 1280])
def test_the_lists_of_the_sidebar_are_on_one_line(german_window, width):
    german_window.page.set_viewport_size({"width": width, "height": 640})
    german_window.page.goto("/#sidebar")
    links = german_window.page.locator(".sidebar-all a")
    tops = links.evaluate_all("links => links.map((link) => Math.round(link.getBoundingClientRect().top))")
    assert len(tops) == 3
    assert len(set(tops)) == 1


def test_the_buttons_of_a_question_that_is_edited_end_on_one_side(german_window, alice):
    page = german_window.page
    page.goto(f"/conversations/{create_conversation(alice).pk}/")
    page.locator("[data-action=edit]").click()
    ends = page.locator("article .edit-buttons").evaluate(
        "row => [row, row.lastElementChild].map((box) => Math.round(box.getBoundingClientRect().right))"
    )
    assert ends[0] == ends[1]


@pytest.mark.parametrize("has_touch", [False, True])
def test_select_all_begins_where_the_titles_do(open_window, alice, has_touch):
    window = open_window(alice, viewport={"width": 390, "height": 780}, has_touch=has_touch, is_mobile=has_touch)
    create_conversation(alice)
    window.page.goto("/conversations/")
    texts = [window.page.locator(".selection .check span"), window.page.locator(".list .rows [data-label]")]
    starts = [text.bounding_box()["x"] for text in texts]
    assert starts[0] == pytest.approx(starts[1], abs=1)


def test_the_menu_of_a_conversation_stays_in_sight_when_the_phone_is_turned(small_window, alice):
    create_conversation(alice)
    page = small_window.page
    page.goto("/#sidebar")
    small_window.button("Options: The first question.").click()
    page.set_viewport_size({"width": 780, "height": 390})
    expect(page.get_by_role("menu")).to_be_in_viewport(ratio=1)
