"""No known obstacle on any page, light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from conversations.models import TeamSettings
from tests.browser.window import checked_screen
from tests.history import create_usage

pytestmark = pytest.mark.browser
SCREENS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_page_has_an_obstacle(window_of, alice, width, scheme):
    screen = checked_screen(width, scheme)
    stranger = window_of(**screen)
    for path in ("/accounts/login/", "/accounts/password/reset/"):
        check(stranger, path)
    window = window_of(alice, **screen)
    check(window, "/")
    window.ask("Show me code and a table [[rate:0]]")
    window.answer_is("complete")
    conversation = window.page.url
    for path in (
        conversation,
        "/conversations/",
        f"{conversation}edit/",
        "/bin/",
        "/settings/tokens/",
        "/settings/readers/",
    ):
        check(window, path)
    check_what_floats(window, conversation)
    window.page.goto("/")
    window.ask("Not today [[error:overloaded_error:3]]")
    window.answer_is("failed")
    check(window, None)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_cost_page_has_no_obstacle(window_of, carol, alice, width, scheme):
    TeamSettings(monthly_limit=2).save()
    create_usage(alice)
    create_usage(alice, cost=None, model="claude-unheard-of", estimated=True)
    screen = checked_screen(width, scheme)
    check(window_of(carol, **screen), "/admin/conversations/usage/costs/")


def check_what_floats(window, conversation):
    """The menu, the field of a title with its refusal, and the offer to undo; then the bin with something in it."""
    window.page.goto(conversation)
    for act in ("Rename", "Delete"):
        window.page.locator(".heading [data-menu]").click()
        check(window, None)
        window.page.get_by_role("menuitem", name=act).click()
        if act == "Rename":
            window.page.get_by_label("Title", exact=True).fill("")
            window.page.keyboard.press("Enter")
            window.shows(".rename [role=alert]", "A title needs")
            check(window, None)
            window.page.keyboard.press("Escape")
    window.shows("chat-toast", "Deleted.")
    check(window, None)
    check(window, "/bin/")


def check(window, path):
    if path is not None:
        window.page.goto(path)
    found = Axe().run(window.page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
