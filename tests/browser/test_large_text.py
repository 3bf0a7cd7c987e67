"""The pages in a browser whose text is twice as large."""

import pytest
from playwright.sync_api import expect

from conversations.models import TeamSettings
from tests.browser.chromium import launch_chromium

pytestmark = pytest.mark.browser


@pytest.fixture
def _browser(_browser):
    """Replaces the browser of the session: the size of its text is a setting of all its windows."""
    browser = launch_chromium(_browser.browser_type, "--blink-settings=defaultFontSize=32")
    yield browser
    browser.close()


@pytest.fixture
def open_start_page(open_window, alice):
    """Opens the start page in a window of this size, and returns the page."""

    def open_page(width, height):
        page = open_window(alice, viewport={"width": width, "height": height}).page
        page.goto("/")
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        return page

    return open_page


def test_on_a_phone_the_question_has_the_width_of_the_composer(open_start_page):
    page = open_start_page(390, 844)
    question, composer = page.locator("#question").bounding_box(), page.locator("#composer").bounding_box()
    assert question["width"] > 0.9 * composer["width"]
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_notice_is_shown_whole(open_start_page):
    TeamSettings(notice="Administrators of this site may read conversations.").save()
    notice = open_start_page(390, 844).locator(".dock-notice")
    assert notice.evaluate("notice => notice.scrollWidth - notice.clientWidth") == 0


def test_the_arrows_of_the_choices_are_beside_their_text(open_start_page):
    for picker in open_start_page(1280, 800).locator(".pickers .picker").all():
        arrow, select = picker.locator("svg").bounding_box(), picker.locator("select")
        padding = select.evaluate("select => parseFloat(getComputedStyle(select).paddingInlineEnd)")
        box = select.bounding_box()
        assert arrow["x"] >= box["x"] + box["width"] - padding


def test_one_line_fills_the_height_of_the_field(open_start_page):
    question = open_start_page(1280, 800).locator("#question")
    least = question.evaluate("field => { field.style.minHeight = 0; return field.offsetHeight }")
    assert least == pytest.approx(104, abs=1)
