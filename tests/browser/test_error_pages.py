"""The pages for requests that are refused, and those around a password."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client, RequestFactory
from playwright.sync_api import expect

from chatsite import errors
from chatsite.accounts.models import User
from conversations.models import Conversation
from tests.browser.accessibility import SCREENS, check_accessibility, screen_options
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

QUESTION = {"text": "A long thought\nover two lines", "key": "k"}


def refusals(alice):
    """The page of each refusal, as people get it in production."""
    guest, alice_client = Client(), Client(enforce_csrf_checks=True)
    alice_client.force_login(alice)
    yield guest.get("/", headers={"Host": "evil.example"})
    yield guest.post("/conversations/", QUESTION)
    yield alice_client.get("/admin/login/")
    yield guest.get("/nowhere/")
    yield alice_client.get("/nowhere/")
    yield alice_client.get("/settings/tokens/1/revoke/")
    yield alice_client.post("/conversations/", QUESTION, headers={"Origin": "http://testserver"})
    yield alice_client.post("/conversations/", QUESTION, headers={"Origin": "https://evil.example"})
    yield alice_client.post("/accounts/login/", {"login": "alice@example.com", "password": "x"})
    yield [guest.post("/accounts/login/", {"login": "a@example.com", "password": "x"}) for _attempt in range(6)][-1]
    request = RequestFactory().post("/conversations/", QUESTION)
    yield errors.content_too_large(request)
    yield errors.server_error(request)


def collect_refusals(alice):
    """In a thread of its own: Playwright runs an event loop in this one, and the middleware needs another."""
    with ThreadPoolExecutor(1) as executor:
        responses = executor.submit(list, refusals(alice)).result()
        executor.submit(connections.close_all).result()
    return responses


def show(window, html: str):
    """Show a page as if the site had sent it, with the site's styles."""
    window.page.unroute("**/refused/")
    window.page.route("**/refused/", lambda route: route.fulfill(body=html, content_type="text/html"))
    window.page.goto("/refused/")


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_refusal_is_an_accessible_page_with_a_link_back(open_window, alice, width, scheme):
    cache.clear()
    window = open_window(**screen_options(width, scheme))
    statuses = []
    for response in collect_refusals(alice):
        statuses.append(response.status_code)
        show(window, response.text)
        check_accessibility(window)
        window.expect_shown(".card h1")
        window.expect_shown("a.button")
    assert statuses == [400, 401, 403, 404, 404, 405, 403, 403, 403, 429, 413, 500]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_pages_around_a_password_are_accessible(open_window, alice, dora, invitation_link, width, scheme):
    screen = screen_options(width, scheme)
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
