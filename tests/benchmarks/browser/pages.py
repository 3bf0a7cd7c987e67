"""How soon a long conversation and a long list can be read."""

import statistics
from collections.abc import Callable

from playwright.sync_api import Page

from tests.benchmarks.browser.streams import wait_until
from tests.browser.tracing import trace_page

MESSAGES, CONVERSATIONS, TIMES = 1000, 10_000, 5


def measure_conversation(open_page: Callable[[], Page], path: str, throttling: int) -> dict[str, float]:
    """Medians, with an empty cache: milliseconds until the end can be read, CPU until then, elements, layout shift.

    The CPU is that of visits of their own: a traced page takes longer.
    """
    runs = [
        {**_measure_visit(open_page(), path, throttling), "cpu": _measure_cpu(open_page(), path, throttling)}
        for _ in range(TIMES)
    ]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _measure_visit(page: Page, path: str, throttling: int) -> dict[str, float]:
    _open_conversation(page, path, throttling)
    # What moves late counts too.
    page.wait_for_timeout(500)
    measured: dict[str, float] = page.evaluate(
        "({ readable: figures.readable, shift: figures.shift, elements: document.querySelectorAll('*').length })"
    )
    page.context.close()
    return measured


def _measure_cpu(page: Page, path: str, throttling: int) -> float:
    with trace_page(page) as trace:
        _open_conversation(page, path, throttling)
    page.context.close()
    return sum(trace.tasks)


def _open_conversation(page: Page, path: str, throttling: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttling})
    page.goto(path)
    wait_until(page, "figures.readable > 0")


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
