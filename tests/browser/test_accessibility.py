"""No known obstacle on any page, light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
SCREENS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_no_page_has_an_obstacle(window_of, alice, width, scheme):
    # The checker puts a script of its own into the page.
    screen = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "bypass_csp": True}
    stranger = window_of(**screen)
    for path in ("/accounts/login/", "/accounts/password/reset/"):
        check(stranger, path)
    window = window_of(alice, **screen)
    check(window, "/")
    window.ask("Show me code and a table [[rate:0]]")
    window.answer_is("complete")
    for path in (window.page.url, "/conversations/", "/settings/tokens/", "/settings/readers/"):
        check(window, path)
    window.page.goto("/")
    window.ask("Not today [[error:overloaded_error:3]]")
    window.answer_is("failed")
    check(window, None)


def check(window, path):
    if path is not None:
        window.page.goto(path)
    found = Axe().run(window.page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
