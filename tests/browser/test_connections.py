"""Alice signs in to an MCP server in a browser, whose rules about forms hold."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import check_accessibility, screen_options

pytestmark = pytest.mark.browser


def test_alice_signs_in_from_the_menu_of_tools_and_uses_the_tools(open_window, alice, notes, notes_server):
    notes.asks = True
    page = open_window(alice).page
    page.goto("/")
    page.get_by_role("button", name="Tools").click()
    page.get_by_role("link", name="Sign in to Notes").click()
    page.get_by_role("button", name="Sign in to Notes").click()
    page.get_by_role("link", name=f"Continue to {notes.host}").click()
    page.get_by_role("link", name="Allow").click()

    expect(page.get_by_role("status")).to_have_text("You are signed in to Notes.")
    page.goto("/")
    page.get_by_role("button", name="Tools").click()
    expect(page.get_by_role("checkbox", name="who_am_i")).to_be_visible()

    page.goto("/settings/connections/")
    page.get_by_role("button", name="Sign out of Notes").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out of Notes.")
    assert notes.tokens == {}


def test_the_pages_have_no_violations(open_window, alice, notes_server):
    window = open_window(alice, **screen_options())
    check_accessibility(window, "/settings/connections/")
    window.page.get_by_role("button", name="Sign in to Notes").click()
    expect(window.page.get_by_role("heading", name="Sign in to Notes")).to_be_visible()
    check_accessibility(window)
