"""Checks a page for violations of the accessibility rules that axe knows."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: Width and colour scheme of the screens on which every page is checked.
SCREENS = [(1280, "light"), (1280, "dark"), (320, "dark"), (320, "light")]
HEIGHT = 800
#: The colours of a scheme come with a transition, which is short but not over at once. One of an element that is not
#: drawn never ends.
TRANSITIONS_FINISHED = """async () => {
  const atMostASecond = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 1000))]);
  await atMostASecond(new Promise(requestAnimationFrame));
  const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  await atMostASecond(Promise.allSettled(transitions.map(({ finished }) => finished)));
}"""


def screen_options(width: int = 1280, scheme: str = "light") -> dict[str, Any]:
    """Options of a browser window in which pages can be checked.

    The checker adds a script of its own to the page, and text that is still fading in would have too little contrast.
    """
    viewport = {"width": width, "height": HEIGHT}
    return {"viewport": viewport, "color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}


def check_accessibility(window, path: str = "", within: str | None = None) -> None:
    """Check the page at `path`, or the one that is open, on every screen. `within`: the selector of a part of it."""
    page = window.page
    if path:
        page.goto(path)
    viewport = page.viewport_size
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(TRANSITIONS_FINISHED)
        violations = find_violations(page, within)
        assert violations == [], f"{width} px, {scheme}: {violations}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{width} px: scrolls sideways"
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme="light")


def find_violations(page: Page, within: str | None) -> list[tuple[str, list[str]]]:
    """The rules that are violated, with the elements. Most of the time goes into loading axe, so it is kept."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    # To read imported style sheets, for which it has no rule that runs here, axe would add inline styles.
    run = "within => axe.run(within ?? document, { resultTypes: ['violations'], preload: false })"
    violations = page.evaluate(run, within)["violations"]
    return [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in violations]
