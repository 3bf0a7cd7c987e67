"""A real Chromium, with windows of people who are signed in."""

import os
from pathlib import Path

import pytest
from django.conf import global_settings
from django.test import Client, RequestFactory
from playwright.sync_api import sync_playwright

from chatsite.accounts.invitations.links import build_invitation_link
from chatsite.accounts.models import User
from tests.browser.chromium import launch_chromium
from tests.browser.window import Window
from tests.conftest import PASSWORD

# Playwright runs an event loop in this thread. The tests query the database between its calls, never within.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def _browser():
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture
def open_window(_browser, site):
    """Opens a browser window, for a person or for a guest. At the end no window may have had an error."""
    contexts, windows = [], []

    def open_window_for(user=None, **options) -> Window:
        # A service worker would hide requests from tests that change or refuse them.
        context = _browser.new_context(base_url=site.url, **{"service_workers": "block"} | options)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": site.url}])
        windows.append(Window(context.new_page()))
        return windows[-1]

    yield open_window_for
    for context in contexts:
        context.close()
    assert [error for window in windows for error in window.errors] == []


@pytest.fixture
def window(open_window, alice):
    """Alice's window, with a new conversation."""
    window = open_window(alice)
    window.page.goto("/")
    return window


@pytest.fixture
def touch_window(open_window, alice):
    """Alice's telephone."""
    return open_window(alice, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 780})


@pytest.fixture
def server_passwords(settings):
    """Has passwords hashed as the server's process does."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS


@pytest.fixture
def dora(site, transactional_db):
    """A person who has been invited, and has no password yet."""
    return User.objects.create_user("dora@example.com", first_name="Dora", last_name="Lind")


@pytest.fixture
def invitation_link(site, dora):
    """Dora's link, as staff send it to her."""
    request = RequestFactory().get("/", headers={"Host": site.url.removeprefix("http://")})
    return build_invitation_link(request, dora)


@pytest.fixture
def plain_window(open_window, alice, server_passwords):
    """Alice's window with JavaScript disabled, after she has signed in by form."""
    alice.set_password(PASSWORD)
    alice.save()
    window = open_window(java_script_enabled=False)
    window.page.goto("/")
    window.page.get_by_label("E-mail").fill("alice@example.com")
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.get_by_role("button", name="Sign in").click()
    return window


@pytest.fixture
def pictures(tmp_path) -> Path:
    """Where pictures for the documentation go: `make pictures` sets the folder of the documents."""
    folder = Path(os.environ.get("PICTURES", tmp_path))
    for name in ("images", "states"):
        (folder / name).mkdir(exist_ok=True)
    return folder
