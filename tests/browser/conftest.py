"""A real Chromium, with people signed in."""

import os

import pytest
from django.conf import global_settings
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.browser.chromium import installed_chromium
from tests.browser.window import Window
from tests.conftest import PASSWORD

# Playwright runs an event loop in this thread; the tests' own queries are between its calls, never within.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def _browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def window_of(_browser, site):
    """Opens a browser window for a person. At the end no script may have failed and no policy been violated."""
    contexts, windows = [], []

    def open_window(user=None, **options) -> Window:
        context = _browser.new_context(base_url=site.url, **options)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": site.url}])
        windows.append(Window(context.new_page()))
        return windows[-1]

    yield open_window
    for context in contexts:
        context.close()
    assert [fault for window in windows for fault in window.faults] == []


@pytest.fixture
def window(window_of, alice):
    """Alice's window, at an empty conversation."""
    opened = window_of(alice)
    opened.page.goto("/")
    return opened


@pytest.fixture
def plain(window_of, alice, settings):
    """Alice's window with scripts switched off."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS  # those of the server's process
    alice.set_password(PASSWORD)
    alice.save()
    window = window_of(java_script_enabled=False)
    window.page.goto("/")
    window.page.get_by_label("Email").fill("alice@example.com")
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.get_by_role("button", name="Sign in").click()
    return window
