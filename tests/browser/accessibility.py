"""Checks a page for violations of the accessibility rules that axe knows."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

#: Width and colour scheme of the screens on which pages are checked.
SCREENS = [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]


def screen_options(width: int, scheme: str) -> dict[str, Any]:
    """Options of a browser window in which pages can be checked.

    The checker adds a script of its own to the page, and text that is still fading in would have too little contrast.
    """
    viewport = {"width": width, "height": 800}
    return {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}


def check_accessibility(window, path: str = "", within: str | None = None) -> None:
    """Check the page at `path`, or the one that is open. `within`: a selector, to check a part of it."""
    if path:
        window.page.goto(path)
    violations = Axe().run(window.page, context=within).response["violations"]
    assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in violations] == []
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
