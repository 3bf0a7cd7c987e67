"""How long the main thread of a page was busy, as Chromium's trace says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

CATEGORIES = ["toplevel", "devtools.timeline"]


@dataclass
class Trace:
    """What the page's main thread did."""

    #: Milliseconds of CPU of each task: other work of the machine does not make them more.
    tasks: list[float] = field(default_factory=list)
    #: Of those, what the page's scripts did just before the browser painted a frame.
    frames: list[float] = field(default_factory=list)
    #: Elements in each computation of style.
    styled_elements: list[int] = field(default_factory=list)

    def read(self, trace: bytes) -> None:
        events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
        threads = [event for event in events if event["name"] == "thread_name"]
        main = {event["tid"] for event in threads if event["args"]["name"] == "CrRendererMain"}
        for event in events:
            if event["tid"] not in main or "tdur" not in event:
                continue
            if event["name"].endswith("RunTask"):
                self.tasks.append(event["tdur"] / 1000)
            elif event["name"] == "FireAnimationFrame":
                self.frames.append(event["tdur"] / 1000)
            elif event["name"] == "UpdateLayoutTree":
                self.styled_elements.append(event["args"]["elementCount"])


@contextmanager
def trace_page(page: Page) -> Iterator[Trace]:
    """The trace is known when the block is left."""
    trace = Trace()
    browser = page.context.browser
    assert browser
    browser.start_tracing(page=page, categories=CATEGORIES)
    yield trace
    trace.read(browser.stop_tracing())
