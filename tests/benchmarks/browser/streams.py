"""A reply as it streams: what the browser has to do for it."""

import statistics
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.browser.reply import build_question
from tests.browser.tracing import Trace, trace_page

#: Between two looks at the page, and between two keys that are pressed meanwhile.
PAUSE_MS, KEYS_PER_PAUSE = 2000, 4
MAX_SECONDS = 400
RENDERING = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


@dataclass
class Watch:
    """Reads what Chromium counts for a page, in CPU time, so that other work of the machine adds little."""

    page: Page
    steps: list[float] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace)

    def __post_init__(self) -> None:
        self._session = self.page.context.new_cdp_session(self.page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._last = self._read()

    def throttle(self, rate: int) -> None:
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def follow(self, is_over: str, *, types: bool) -> None:
        """Watch until the condition holds."""
        self._last = self._read()
        self.page.evaluate("resetFigures()")
        deadline = time.monotonic() + MAX_SECONDS
        with trace_page(self.page) as self.trace:
            while not self.page.evaluate(is_over) and time.monotonic() < deadline:
                for _ in range(KEYS_PER_PAUSE):
                    self.page.wait_for_timeout(PAUSE_MS / KEYS_PER_PAUSE)
                    if types:
                        self.page.keyboard.press("a")
                self._note_step()

    def _note_step(self) -> None:
        """The milliseconds of script, style and layout since the last step."""
        now = self._read()
        self.steps.append(now - self._last)
        self._last = now

    def _read(self) -> float:
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        seconds: float = sum(metric["value"] for metric in metrics if metric["name"] in RENDERING)
        return 1000 * seconds

    def figures(self) -> dict[str, Any]:
        """Milliseconds, and the share of frames that were dropped in percent."""
        noted = self.page.evaluate("figures")
        tenth = max(len(self.steps) // 10, 1)
        growth = statistics.mean(self.steps[-tenth - 1 : -1]) / (statistics.mean(self.steps[:tenth]) or 1)
        keys = sorted([*noted["keys"], 0.0])
        return {
            "rendering": sum(self.steps),
            "task": max(self.trace.tasks),
            "frame": max(self.trace.frames, default=0),
            "dropped": 100 * noted["dropped"] / max(noted["frames"], 1),
            "growth": growth,
            "shift": noted["shift"],
            "key": keys[int(0.95 * len(keys))],
        }


def measure_site(page: Page, throttling: int) -> dict[str, Any]:
    """Ask on the page of the site, and write the next question while the answer comes."""
    watch = Watch(page)
    page.goto("/")
    composer = page.get_by_label("Write to Claude")
    composer.evaluate("(field, text) => { field.value = text; }", build_question())
    composer.press("Enter")
    wait_until(page, "document.querySelector('.prose')?.textContent.length > 200")
    watch.throttle(throttling)
    watch.follow("document.querySelector('article.assistant').dataset.state !== 'writing'", types=True)
    return watch.figures()


def measure_rival(page: Page, throttling: int, token: str) -> dict[str, Any]:
    watch = Watch(page)
    page.goto("/rival/")
    page.evaluate(
        "([text, token]) => { begin(text, token).then(() => { window.isOver = true; }); }", [build_question(), token]
    )
    wait_until(page, "document.getElementById('answer').textContent.length > 200")
    watch.throttle(throttling)
    watch.follow("window.isOver === true", types=False)
    return watch.figures()


def wait_until(page: Page, condition: str) -> None:
    """Playwright's own waiting would run in the frames that are measured."""
    deadline = time.monotonic() + MAX_SECONDS
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)
