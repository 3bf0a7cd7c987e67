"""Creating an API token in the settings."""

import pytest
from playwright.sync_api import expect

from chatsite.accounts.models import ApiToken
from tests.browser.accessibility import check_accessibility, screen_options

pytestmark = pytest.mark.browser


def create_token(window):
    window.page.goto("/settings/tokens/")
    window.page.get_by_label("What is it for?").fill("laptop")
    window.page.get_by_role("button", name="Make a token").click()
    window.expect_shown(".secret", "chat_")


def test_reloading_the_page_of_a_new_token_creates_no_other_one(open_window, alice):
    window = open_window(alice)
    create_token(window)
    window.page.reload()
    expect(window.page.locator(".secret")).to_have_count(0)
    assert ApiToken.objects.count() == 1


def test_a_new_token_is_copied_with_a_button(open_window, alice):
    window = open_window(alice, permissions=["clipboard-read", "clipboard-write"])
    create_token(window)
    window.page.get_by_role("button", name="Copy the token").click()
    expect(window.page.locator("[data-copies]")).to_have_text("Copied")
    token = ApiToken.authenticate(window.page.evaluate("navigator.clipboard.readText()"))
    assert token
    assert token.user == alice


def test_the_page_of_a_new_token_is_accessible(open_window, alice):
    window = open_window(alice, **screen_options())
    create_token(window)
    check_accessibility(window)
