"""How soon a long conversation and a long list can be read."""

import statistics
from collections.abc import Callable

from playwright.sync_api import Page

from tests.benchmarks.browser.streams import wait_until
from tests.browser.tracing import trace_page

MESSAGES, CONVERSATIONS, TIMES = 1000, 10_000, 5


def measure_conversation(open_page: Callable[[], Page], path: str, throttling: int) -> dict[str, float]:
    """With nothing in the cache: milliseconds until the end can be read, those of CPU, the elements, and what moved.

    The CPU is that of visits of their own, because a page that is traced takes longer.
    """
    runs: list[dict[str, float]] = []
    for _ in range(TIMES):
        page = open_page()
        _open_conversation(page, path, throttling)
        figures = page.evaluate(
            "({ readable: figures.readable, shift: figures.shift, elements: document.querySelectorAll('*').length })"
        )
        page.context.close()
        page = open_page()
        with trace_page(page) as trace:
            _open_conversation(page, path, throttling)
        page.context.close()
        runs.append({**figures, "cpu": sum(trace.tasks)})
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _open_conversation(page: Page, path: str, throttling: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttling})
    page.goto(path)
    wait_until(page, "figures.readable > 0")
    page.wait_for_timeout(500)


def measure_list(open_page: Callable[[], Page], path: str) -> float:
    """Milliseconds from the request to the last byte of the page."""
    took: list[float] = []
    page = open_page()
    for _ in range(2 * TIMES):
        page.goto(path)
        took.append(
            page.evaluate(
                "(() => { const [{ requestStart, responseEnd }] = performance.getEntriesByType('navigation');"
                " return responseEnd - requestStart; })()"
            )
        )
    page.context.close()
    return statistics.median(took)
