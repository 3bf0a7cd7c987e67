"""Conversations on paper, and as files, from the menu of a conversation."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import check_accessibility
from tests.browser.window import lines_of
from tests.history import begin, create_conversation, finish_answer

pytestmark = pytest.mark.browser
LINKS = "See https://a.example and [this](https://b.example)."
#: The CSS pixels between the margins of a sheet of A4.
PAPER = {"width": 718, "height": 1047}


def choose(window, item):
    window.page.locator(".heading [data-menu]").click()
    window.page.get_by_role("menuitem", name=item).click()


def test_print_in_the_menu_opens_all_turns_and_the_dialog(open_window, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(30)))
    window = open_window(alice)
    window.page.add_init_script("window.print = () => document.documentElement.setAttribute('data-printed', '')")
    window.page.goto(f"/conversations/{conversation.pk}/")
    choose(window, "Print")
    expect(window.page.locator("html[data-printed]")).to_have_count(1)
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Question 0.")
    expect(window.page.locator("article")).to_have_count(60)
    check_accessibility(window)


@pytest.mark.parametrize(("item", "name"), [("Export as Markdown", "Why.md"), ("Export as JSON", "Why.json")])
def test_a_file_is_downloaded_and_the_page_stays(open_window, alice, item, name):
    window = open_window(alice)
    window.page.goto(f"/conversations/{create_conversation(alice, 'Why?').pk}/")
    with window.page.expect_download() as download:
        choose(window, item)
    assert download.value.suggested_filename == name
    expect(window.composer).to_be_visible()


@pytest.mark.parametrize("path", ["", "print/"])
def test_on_paper_the_address_of_a_link_is_printed_once(open_window, alice, path):
    conversation = finish_answer(begin(alice, "Where?"), LINKS).conversation
    window = open_window(alice)
    window.page.goto(f"/conversations/{conversation.pk}/{path}")
    window.page.emulate_media(media="print")
    has_address_after = window.page.locator(".prose a").evaluate_all(
        "links => links.map((link) => getComputedStyle(link, '::after').content !== 'none')"
    )
    assert has_address_after == [False, True]
    expect(window.page.get_by_role("heading", level=1)).to_be_visible()
    expect(window.page.locator("button:visible, .button:visible")).to_have_count(0)


def test_paper_says_that_earlier_turns_are_not_on_it(open_window, alice):
    conversation = create_conversation(alice, *(f"Question {number}." for number in range(30)))
    window = open_window(alice)
    window.page.goto(f"/conversations/{conversation.pk}/")
    note = window.page.get_by_text("Earlier turns are not on this page.")
    expect(note).to_be_hidden()
    window.page.emulate_media(media="print")
    expect(note).to_be_visible()


def table(columns: int, value: str) -> str:
    return "\n".join(f"|{f' {cell} |' * columns}" for cell in ("Column", "---", value))


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{'x' * 200}\n```",
        *(table(columns, "Mediterranean") for columns in (3, 6, 7, 12, 20)),
        table(2, "x" * 200),
    ],
)
def test_paper_has_all_of_wide_code_and_tables(open_window, alice, text):
    conversation = finish_answer(begin(alice, "Wide?"), text).conversation
    window = open_window(alice, viewport=PAPER)
    window.page.emulate_media(media="print")
    window.page.goto(f"/conversations/{conversation.pk}/")
    prose = window.answer.locator(".prose")
    # A scrolling box would be as wide as the paper, and its content would be cut.
    assert prose.locator("pre, .table").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    assert prose.evaluate("box => box.scrollWidth") <= PAPER["width"]


def test_paper_has_the_words_of_a_table_with_few_columns_whole(open_window, alice):
    text = f"| Sea | What it is like |\n|---|---|\n| Mediterranean | {'a long sentence ' * 30}|"
    conversation = finish_answer(begin(alice, "Wide?"), text).conversation
    window = open_window(alice, viewport=PAPER)
    window.page.emulate_media(media="print")
    window.page.goto(f"/conversations/{conversation.pk}/")
    assert lines_of(window.answer.locator("td").first) == 1
