"""From an invitation to the first question."""

import pytest
from playwright.sync_api import expect

from chatsite.accounts.models import User
from conversations.models import Conversation
from tests.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("server_passwords")]

PASSWORD = "three herons over the marsh"
NOTICE = "Administrators of this site may read conversations."


def set_password(window):
    window.page.get_by_label("New password", exact=True).fill(PASSWORD)
    window.page.get_by_label("New password (again)").fill(PASSWORD)
    window.button("Set password").click()


def test_carol_invites_dora_and_copies_a_link_that_works(open_window, carol, stand_in):
    # A process of its own: the shared one remembers content types of an earlier test, and the admin's log needs them.
    with Site(stand_in.url) as site:
        window = open_window(carol, permissions=["clipboard-read", "clipboard-write"])
        window.page.goto(f"{site.url}/admin/accounts/user/add/")
        window.page.get_by_label("E-mail addresses").fill("Dora Lind <dora@example.com>\nemil@example.com")
        window.page.get_by_role("button", name="Add people").click()
        window.page.get_by_role("button", name="Copy the link for dora@example.com").click()
        expect(window.page.get_by_role("status")).to_have_text("Copied")

        doras_window = open_window()
        doras_window.page.goto(window.page.evaluate("navigator.clipboard.readText()"))
        doras_window.expect_shown("h1", "Welcome, Dora Lind")


def test_the_link_shows_dora_her_name_her_address_and_the_notice(open_window, invitation_link):
    window = open_window()
    window.page.goto(invitation_link)
    window.expect_shown("h1", "Welcome, Dora Lind")
    expect(window.page.get_by_label("You will sign in as")).to_have_value("dora@example.com")
    window.expect_shown(".meta", NOTICE)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_dora_sets_her_password_and_asks_her_first_question(open_window, site, invitation_link, has_scripts):
    window = open_window(java_script_enabled=has_scripts)
    window.page.goto(invitation_link)
    set_password(window)
    expect(window.page).to_have_url(f"{site.url}/")
    expect(window.composer).to_be_focused()
    window.expect_shown(".dock-notice", NOTICE)

    window.page.keyboard.type("May I begin?")
    window.button("Send").click()
    window.expect_shown("article.assistant")
    assert Conversation.objects.get().owner.email == "dora@example.com"


def test_a_used_link_tells_dora_whom_to_ask(open_window, invitation_link):
    first_window, later_window = open_window(), open_window()
    first_window.page.goto(invitation_link)
    set_password(first_window)
    expect(first_window.composer).to_be_visible()

    later_window.page.goto(invitation_link)
    later_window.expect_shown("h1", "This link has been used, or is too old")
    later_window.expect_shown(".card", "ask the person who invited you")


def test_alice_can_stay_signed_in_when_she_opens_doras_link(open_window, alice, invitation_link):
    window = open_window(alice)
    window.page.goto(invitation_link)
    window.expect_shown("h1", "This link is for Dora Lind")
    window.page.get_by_role("link", name="Stay Alice").click()
    expect(window.composer).to_be_visible()


def test_alice_can_sign_out_and_set_doras_password(open_window, alice, dora, invitation_link):
    window = open_window(alice)
    window.page.goto(invitation_link)
    window.button("Sign out and continue").click()
    window.expect_shown("h1", "Welcome, Dora Lind")
    set_password(window)
    expect(window.composer).to_be_visible()
    assert User.objects.get(pk=dora.pk).check_password(PASSWORD)
