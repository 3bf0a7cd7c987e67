"""Pages for languages that are read from right to left, such as Arabic and Hebrew."""

import pytest

from tests.history import create_conversation

pytestmark = pytest.mark.browser
#: No such language has a catalogue yet: the pages are those in English, turned around before they are shown.
TURN_AROUND = """new MutationObserver(() => {
  if (document.documentElement) document.documentElement.dir = "rtl";
}).observe(document, { childList: true })"""
ANSWER = "1. First\n2. Second\n\n- [ ] open\n\n> Quoted\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```"
PAGES = ["/", "/conversations/", "/search/?q=first", "/settings/preferences/", "/settings/tokens/", "/settings/usage/"]


@pytest.fixture(params=[390, 1280])
def turned_window(request, open_window, alice):
    window = open_window(alice, viewport={"width": request.param, "height": 780})
    window.page.add_init_script(TURN_AROUND)
    return window


def outside_of(page) -> list[str]:
    """What is cut off at the sides of the window; what slides in from there and what scrolls does not count."""
    found: list[str] = page.evaluate(
        """() => {
          const { scrollWidth, clientWidth, scrollLeft } = document.scrollingElement;
          const isOutside = (element) => {
            const { left, right, width } = element.getBoundingClientRect();
            return width > 1 && getComputedStyle(element).visibility === "visible" && (left < 0 || right > clientWidth);
          };
          const elements = [...document.querySelectorAll("h1, h2, p, li, button, a, input, textarea, select, .task")];
          const unscrolled = elements.filter((element) => !element.closest(".skip-link, .table, pre, .settings-nav"));
          const names = unscrolled.filter(isOutside).map((element) => element.outerHTML.slice(0, 80));
          return scrollWidth > clientWidth || scrollLeft ? ["the page scrolls sideways", ...names] : names;
        }"""
    )
    return found


#: One whose first heading is empty, and one that begins with a word of another language.
TABLES = {
    "| שם | גיל |\n|---|---|\n| דנה | 4 |": "rtl",
    "| | גיל |\n|---|---|\n| Dana | 4 |": "rtl",
    "| Name | גיל |\n|---|---|\n| דנה | 4 |": "ltr",
}


@pytest.mark.parametrize(("table", "direction"), TABLES.items())
def test_a_table_begins_on_the_side_of_its_language(open_window, alice, table, direction):
    window = open_window(alice)
    window.page.goto("/")
    window.ask_and_wait(f"A table [[rate:0]][[text]]{table}[[/text]]")
    first, second = window.answer.locator("th").all()
    is_right_to_left = first.bounding_box()["x"] > second.bounding_box()["x"]
    assert is_right_to_left == (direction == "rtl")
    column, box = window.answer.locator(".table").bounding_box(), window.answer.locator("table").bounding_box()
    assert (box["x"] > column["x"]) == is_right_to_left


def test_nothing_is_cut_off_at_the_sides(turned_window, alice):
    conversation = create_conversation(alice, "The first question.")
    type(conversation.head).objects.filter(pk=conversation.head_id).update(text=ANSWER, html_version=0)
    for path in [f"/conversations/{conversation.pk}/", *PAGES]:
        turned_window.page.goto(path)
        assert turned_window.page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        assert (path, outside_of(turned_window.page)) == (path, [])


def test_the_list_of_conversations_is_at_the_right(open_window, alice):
    window = open_window(alice, viewport={"width": 1280, "height": 780})
    window.page.add_init_script(TURN_AROUND)
    window.page.goto("/")
    sidebar = window.page.locator("#sidebar").bounding_box()
    assert sidebar["x"] + sidebar["width"] == 1280
