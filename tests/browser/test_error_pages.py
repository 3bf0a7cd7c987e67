"""The pages for requests that are refused, and those around a password."""

import pytest
from playwright.sync_api import expect

from chatsite.accounts.models import User
from conversations.models import Conversation
from tests.browser.accessibility import check_accessibility, screen_options
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser


def test_the_pages_around_a_password_are_accessible(open_window, alice, dora, invitation_link):
    screen = screen_options()
    check_accessibility(open_window(alice, **screen), invitation_link)
    window = open_window(**screen)
    check_accessibility(window, invitation_link)
    window.button("Set password").click()
    User.objects.filter(pk=dora.pk).update(password="!")
    for path in (invitation_link, "/accounts/inactive/", "/accounts/password/reset/done/"):
        check_accessibility(window, path)


def test_without_scripts_a_form_that_is_too_large_is_refused_and_kept(open_window, alice):
    window = open_window(alice, java_script_enabled=False)
    window.page.goto("/")
    window.composer.fill("A long thought")
    # Not in the question itself: the browser takes a minute to lay out so much text.
    window.page.locator("#composer input[name=key]").evaluate("field => { field.value = 'k'.repeat(6_000_000) }")
    window.button("Send").click()
    window.expect_shown("h1", "That is too much at once")

    window.page.go_back()
    expect(window.composer).to_have_value("A long thought")
    assert not Conversation.objects.exists()


def test_after_the_session_has_ended_alice_signs_in_and_sends_the_same_question(open_window, alice, server_passwords):
    alice.set_password(PASSWORD)
    alice.save()
    page = open_window(alice, java_script_enabled=False).page
    page.goto("/")
    page.get_by_label("Write to Claude").fill("A long thought [[echo:Indeed.]]")
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Send").click()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Sign in").click()
    popup.value.get_by_label("E-mail").fill("alice@example.com")
    popup.value.get_by_label("Password").fill(PASSWORD)
    popup.value.get_by_role("button", name="Sign in").click()
    expect(popup.value.get_by_label("Write to Claude")).to_be_visible()

    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading")).to_have_text("Please send it again")  # signing in has changed the CSRF token
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("article.assistant")).to_be_visible()
    assert Conversation.objects.get().messages.get(role="user").text == "A long thought [[echo:Indeed.]]"
