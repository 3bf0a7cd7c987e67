"""Lists and searches with nothing in them."""

from functools import partial

from tests.browser.states import by_name
from tests.history import create_conversation

EMPTY = {
    "no-conversations": "/conversations/",
    "archive-empty": "/archive/",
    "bin-empty": "/bin/",
    "search": "/search/",
    "search-short": "/search/?q=x",
    "no-tokens": "/settings/tokens/",
    "no-readers": "/settings/readers/",
    "no-changes": "/settings/changes/",
    "offline-page": "/offline/",
}
FOUND_NOTHING = {"no-results": "/search/?q=canary", "no-results-filtered": "/search/?q=canary&code=on"}


def open_page(stage, *, path):
    stage.window.page.goto(path)
    return stage.window.page.locator("main")


def search(stage, *, path):
    create_conversation(stage.alice)
    return open_page(stage, path=path)


def sidebar_empty(stage):
    stage.window.page.set_viewport_size({"width": 1280, "height": 500})
    stage.window.page.goto("/")
    return stage.window.page.locator(".sidebar")


def nothing_in_the_palette(stage):
    stage.window.page.goto("/")
    stage.window.page.keyboard.press("Control+k")
    stage.window.page.get_by_role("combobox", name="Conversation or command").fill("xylophone")
    return stage.window.page.locator("dialog.palette")


ARRANGEMENTS = by_name(sidebar_empty, nothing_in_the_palette)
for name, path in EMPTY.items():
    ARRANGEMENTS[name] = partial(open_page, path=path)
for name, path in FOUND_NOTHING.items():
    ARRANGEMENTS[name] = partial(search, path=path)
