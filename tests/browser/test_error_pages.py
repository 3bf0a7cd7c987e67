"""The pages that people see when something cannot be answered, and those around a password: no obstacle on any."""

import pytest
from django.conf import global_settings
from django.core.cache import cache
from django.test import Client, RequestFactory
from playwright.sync_api import expect

from chatsite import errors
from chatsite.accounts.models import User
from conversations.models import Conversation
from tests.browser.test_accessibility import SCREENS, check
from tests.browser.test_joining import link  # noqa: F401 (a fixture)
from tests.browser.window import checked_screen
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser

QUESTION = {"text": "A long thought\nover two lines", "key": "k"}


def refusals(alice):
    """Each page of a refusal, as somebody gets it outside development."""
    nobody, signed_in = Client(), Client(enforce_csrf_checks=True)
    signed_in.force_login(alice)
    yield nobody.get("/", headers={"Host": "evil.example"})
    yield nobody.post("/conversations/", QUESTION)
    yield signed_in.get("/admin/login/")
    yield nobody.get("/nowhere/")
    yield signed_in.get("/nowhere/")
    yield signed_in.get("/settings/tokens/1/revoke/")
    for origin in ("http://testserver", "https://evil.example"):
        yield signed_in.post("/conversations/", QUESTION, headers={"Origin": origin})
    yield signed_in.post("/accounts/login/", {"login": "alice@example.com", "password": "x"})
    yield [nobody.post("/accounts/login/", {"login": "a@example.com", "password": "x"}) for _try in range(6)][-1]
    request = RequestFactory().post("/conversations/", QUESTION)
    yield errors.content_too_large(request)
    yield errors.server_error(request)


def serve(window, page):
    """Have the browser get this page, with the site's own styles around it."""
    window.page.unroute("**/refused/")
    window.page.route("**/refused/", lambda route: route.fulfill(body=page, content_type="text/html"))


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_refusal_has_an_obstacle_or_looks_bare(window_of, alice, width, scheme):
    cache.clear()
    window = window_of(**checked_screen(width, scheme))
    statuses = []
    for response in refusals(alice):
        statuses.append(response.status_code)
        serve(window, response.text)
        check(window, "/refused/")
        window.shows(".card h1")
        window.shows("a.button")
    assert statuses == [400, 401, 403, 404, 404, 405, 403, 403, 403, 429, 413, 500]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_page_around_a_password_has_an_obstacle(window_of, alice, link, width, scheme):  # noqa: F811 (a fixture)
    screen = checked_screen(width, scheme)
    check(window_of(alice, **screen), link)
    dora = window_of(**screen)
    check(dora, link)
    dora.button("Set password").click()
    User.objects.filter(email="dora@example.com").update(password="!")
    for path in (link, "/accounts/inactive/", "/accounts/password/reset/done/"):
        check(dora, path)


def test_alice_who_sends_far_too_much_without_scripts_reads_so(window_of, alice):
    window = window_of(alice, java_script_enabled=False)
    window.page.goto("/")
    window.question.fill("A long thought")
    # In the question itself, so much takes the browser a minute to lay out.
    window.page.locator("input[name=key]").evaluate("field => { field.value = 'k'.repeat(6_000_000) }")
    window.button("Send").click()
    window.shows("h1", "That is too much at once")
    window.page.go_back()
    expect(window.question).to_have_value("A long thought")
    assert not Conversation.objects.exists()


def test_alice_whose_session_has_ended_signs_in_and_sends_the_same_question(window_of, alice, settings):
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS  # those of the server's process
    alice.set_password(PASSWORD)
    alice.save()
    page = window_of(alice, java_script_enabled=False).page
    page.goto("/")
    page.get_by_label("Write to Claude").fill("A long thought [[echo:Indeed.]]")
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Send").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in").click()
    opened.value.get_by_label("Email").fill("alice@example.com")
    opened.value.get_by_label("Password").fill(PASSWORD)
    opened.value.get_by_role("button", name="Sign in").click()
    expect(opened.value.get_by_label("Write to Claude")).to_be_visible()

    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading")).to_have_text("Please send it again")  # the token is another one since then
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("article.assistant")).to_be_visible()
    assert Conversation.objects.get().messages.get(role="user").text == "A long thought [[echo:Indeed.]]"
