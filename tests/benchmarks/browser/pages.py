"""How soon a long conversation and a long list can be read."""

import statistics
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.browser.streams import wait_until
from tests.browser.tracing import trace_page

MESSAGES, CONVERSATIONS, TIMES = 1000, 10_000, 3


def measure_conversation(open_page: Callable[[], Page], path: str, throttling: int) -> dict[str, float]:
    """With nothing in the cache: milliseconds until the end can be read, those of CPU, the elements, and what moved."""
    runs = [_open_conversation(open_page(), path, throttling) for _ in range(TIMES)]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _open_conversation(page: Page, path: str, throttling: int) -> dict[str, float]:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttling})
    with trace_page(page) as trace:
        page.goto(path)
        wait_until(page, "figures.readable > 0")
    page.wait_for_timeout(500)
    elements = page.evaluate("document.querySelectorAll('*').length")
    noted: dict[str, Any] = page.evaluate("figures")
    page.context.close()
    return {"readable": noted["readable"], "cpu": sum(trace.tasks), "elements": elements, "shift": noted["shift"]}


def measure_list(open_page: Callable[[], Page], path: str) -> float:
    """Milliseconds from the request to the last byte of the page."""
    took: list[float] = []
    page = open_page()
    for _ in range(4 * TIMES):
        page.goto(path)
        took.append(
            page.evaluate(
                "(() => { const [{ requestStart, responseEnd }] = performance.getEntriesByType('navigation');"
                " return responseEnd - requestStart; })()"
            )
        )
    page.context.close()
    return statistics.median(took)
