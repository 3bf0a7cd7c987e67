"""Draws the site's mark in the sizes that phones ask for: `python -m tests.browser.icons`, after it has changed."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_chromium

STATIC = Path(__file__).resolve().parents[2] / "static"
#: By the name of the file: pixels, and whether the ground fills the square, of which a phone cuts its own shape.
ICONS = {"192": (192, False), "512": (512, False), "full-180": (180, True), "full-512": (512, True)}


def draw(folder: Path) -> None:
    mark = (STATIC / "favicon.svg").read_text()
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright.chromium)
        for name, (size, is_full) in ICONS.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            svg = mark.replace(' rx="7"', "") if is_full else mark
            page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block; width: {size}px }}</style>{svg}")
            page.screenshot(path=folder / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw(STATIC / "icons")
