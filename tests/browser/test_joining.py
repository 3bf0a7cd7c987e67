"""From a pasted address to the first question, in the browsers of the people it is about."""

import pytest
from django.conf import global_settings
from django.test import RequestFactory
from playwright.sync_api import expect

from chatsite.accounts.invitations.links import build_invitation_link
from chatsite.accounts.models import User
from conversations.models import Conversation
from tests.site import Site

pytestmark = pytest.mark.browser

NEW = "three herons over the marsh"
NOTICE = "Administrators of this site may read conversations."


@pytest.fixture(autouse=True)
def _passwords_of_the_server(settings):
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS


@pytest.fixture
def link(site, transactional_db):
    """Dora's, as staff pass it on."""
    dora = User.objects.create_user("dora@example.com", first_name="Dora", last_name="Lind")
    return build_invitation_link(RequestFactory().get("/", headers={"Host": site.url.removeprefix("http://")}), dora)


def set_password(window):
    window.page.get_by_label("New Password", exact=True).fill(NEW)
    window.page.get_by_label("New Password (again)").fill(NEW)
    window.button("Set password").click()


def test_carol_pastes_addresses_and_copies_a_link_that_lets_dora_in(window_of, carol, stand_in):
    # A process of its own: the shared one remembers content types of an earlier test, and the admin's log needs them.
    with Site(stand_in.url) as site:
        window = window_of(carol, permissions=["clipboard-read", "clipboard-write"])
        window.page.goto(f"{site.url}/admin/accounts/user/add/")
        window.page.get_by_label("E-mail addresses").fill("Dora Lind <dora@example.com>\nemil@example.com")
        window.page.get_by_role("button", name="Add people").click()
        window.page.get_by_role("button", name="Copy the link for dora@example.com").click()
        expect(window.page.get_by_role("status")).to_have_text("Copied")

        dora = window_of()
        dora.page.goto(window.page.evaluate("navigator.clipboard.readText()"))
        dora.shows("h1", "Welcome, Dora Lind")


@pytest.mark.parametrize("scripts", [True, False])
def test_dora_comes_from_her_link_to_her_first_question(window_of, site, link, scripts):
    dora = window_of(java_script_enabled=scripts)
    dora.page.goto(link)
    dora.shows("h1", "Welcome, Dora Lind")
    expect(dora.page.get_by_label("You will sign in as")).to_have_value("dora@example.com")
    dora.shows(".meta", NOTICE)
    set_password(dora)

    expect(dora.page).to_have_url(f"{site.url}/")
    expect(dora.question).to_be_focused()
    dora.shows(".dock-notice", NOTICE)
    dora.page.keyboard.type("May I begin?")
    dora.button("Send").click()
    dora.shows("article.assistant")
    assert Conversation.objects.get().owner.email == "dora@example.com"


def test_a_link_that_was_used_says_whom_to_ask(window_of, link):
    dora, later = window_of(), window_of()
    dora.page.goto(link)
    set_password(dora)
    expect(dora.question).to_be_visible()

    later.page.goto(link)
    later.shows("h1", "This link has been used, or is too old")
    later.shows(".card", "ask the person who invited you")


def test_alice_who_opens_doras_link_is_asked_before_she_is_signed_out(window_of, alice, link):
    window = window_of(alice)
    window.page.goto(link)
    window.shows("h1", "This link is for Dora Lind")
    window.page.get_by_role("link", name="Stay Alice").click()
    expect(window.question).to_be_visible()

    window.page.goto(link)
    window.button("Sign out and go on").click()
    window.shows("h1", "Welcome, Dora Lind")
    set_password(window)
    expect(window.question).to_be_visible()
    assert User.objects.get(email="dora@example.com").check_password(NEW)
