"""`python -m tests.benchmarks.browser [--only PART] [--rounds N]`: prints figures, with the goal of each."""

import argparse
import os
import statistics
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.benchmarks import world
from tests.benchmarks.browser import pages, rivals, streams
from tests.benchmarks.table import machine
from tests.browser.chromium import launch_chromium

PARTS = ("streams", "pages")
THROTTLINGS = (1, 4)
#: The name of a row, the figure, how it is written, and the goal without and with throttling.
ROWS = (
    ("script, style and layout, ms of CPU", "rendering", "{:.0f}", "≤ 1,500; ≤ 6,000"),
    ("longest task, ms of CPU", "task", "{:.0f}", "≤ 50; ≤ 200"),
    ("longest script before a frame, ms of CPU", "frame", "{:.1f}", "≤ 8; ≤ 32"),
    ("dropped frames, %", "dropped", "{:.1f}", "≤ 1; ≤ 25"),
    ("cost of the last tenth beside the first, ×", "growth", "{:.1f}", "≤ 1.5; ≤ 1.5"),
    ("layout shift", "shift", "{:.3f}", "≤ 0.02"),
    ("key press until painted, p95, ms", "key", "{:.0f}", "≤ 32; ≤ 100"),
)


class Visit:
    """Opens pages of the site for one person, each with an empty cache."""

    def __init__(self, browser: Browser, url: str, people: world.People, scripts: dict[str, str]) -> None:
        self._browser, self._url, self._scripts = browser, url, scripts
        self._session, self.token = people.session(0), people.token(0)

    def open(self, rival: str = "") -> Page:
        context = self._browser.new_context(base_url=self._url, service_workers="block")
        context.add_cookies([{"name": "session", "value": self._session, "url": self._url}])
        context.add_init_script(path=rivals.HERE / "figures.js")
        page = context.new_page()
        page.set_default_timeout(60_000)
        if rival:
            page.route("**/rival/*", lambda route: self._serve(route, rival))
        return page

    def _serve(self, route: Route, rival: str) -> None:
        if route.request.url.endswith(".js"):
            route.fulfill(body=self._scripts[rival], content_type="text/javascript")
        else:
            route.fulfill(body=rivals.PAGE, content_type="text/html")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part of the table")
    parser.add_argument("--rounds", type=int, default=3, help="the table shows medians of so many")
    arguments = parser.parse_args()
    scripts = rivals.build_scripts() if arguments.only != "pages" else {}
    # Playwright runs an event loop in this thread. The database is queried between its calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with world.create_database("sqlite"), sync_playwright() as playwright:
        people = world.People()
        browser = launch_chromium(playwright.chromium)
        with world.run_site() as (site, _stand_in):
            visit = Visit(browser, site.url, people, scripts)
            load = os.getloadavg()[0]
            print(f"{machine()}, Chromium {browser.version}, load {load:.1f} at the beginning\n", flush=True)
            print(f"| 1 ×; 4 × slower | page | {' | '.join(rivals.NAMES.values())} | goal |")
            print("|---|---|---|---|---|")
            if arguments.only != "pages":
                show_streams([measure_streams(visit) for _ in range(arguments.rounds)])
            if arguments.only != "streams":
                show_pages(visit)
            print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


def measure_streams(visit: Visit) -> dict[tuple[str, int], dict[str, Any]]:
    """Every way to render at every speed, by its name and the throttling."""
    figures = {}
    for throttling in THROTTLINGS:
        for rival in ("", *rivals.NAMES):
            page = visit.open(rival)
            if rival:
                figures[rival, throttling] = streams.measure_rival(page, throttling, visit.token)
            else:
                figures[rival, throttling] = streams.measure_site(page, throttling)
            page.context.close()
    return figures


def show_streams(rounds: list[dict[tuple[str, int], dict[str, Any]]]) -> None:
    for name, figure, form, goal in ROWS:
        cells = [
            "; ".join(
                form.format(statistics.median(run[rival, rate][figure] for run in rounds)) for rate in THROTTLINGS
            )
            for rival in ("", *rivals.NAMES)
        ]
        # Only the page of the site has a field to write in.
        print(f"| {name} | {' | '.join([cells[0], '', ''] if figure == 'key' else cells)} | {goal} |", flush=True)


def show_pages(visit: Visit) -> None:
    from chatsite.accounts.models import User
    from tests.benchmarks.pages import create_conversation, create_conversations

    person = User.objects.get(email="person0@example.com")
    path = f"/conversations/{create_conversation(person, pages.MESSAGES).pk}/"
    runs = [pages.measure_conversation(visit.open, path, throttling) for throttling in THROTTLINGS]
    create_conversations(person, pages.CONVERSATIONS)
    took = pages.measure_list(visit.open, "/conversations/")
    readable, cpu = ("; ".join(f"{run[figure]:.0f}" for run in runs) for figure in ("readable", "cpu"))
    print(f"| conversation of {pages.MESSAGES:,} messages: readable, ms | {readable} | | | ≤ 400; ≤ 900 |")
    print(f"| ms of CPU of the page until then | {cpu} | | | |")
    print(f"| its elements; layout shift | {runs[0]['elements']:.0f}; {runs[0]['shift']:.3f} | | | ≤ 4,000; ≤ 0.02 |")
    print(f"| list of {pages.CONVERSATIONS:,} conversations: first page, ms | {took:.0f} | | | ≤ 80 |")


if __name__ == "__main__":
    main()
