"""The readers of a case: of the page and of the API, to the end, or leaving and coming back, or stopping it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp

from conversations.markdown import Append, Commit, Tail
from tests.benchmarks.client import CSRF
from tests.fuzz.cases import Case
from tests.markdown.browser import Browser

#: Far more than a case takes, even where the site takes too long.
TIMEOUT = aiohttp.ClientTimeout(total=60)


class PageReader:
    """What the page shows of one stream."""

    def __init__(self) -> None:
        self.browser = Browser()
        self.thinking = ""
        self.ends: list[dict[str, Any]] = []
        self.after_end: list[str] = []
        self.error = ""

    def receive(self, name: str, data: dict[str, Any]) -> None:
        if self.ends and name != "title":
            self.after_end.append(name)
        match name:
            case "snapshot":
                self.browser.committed, self.browser.tail = data["html"], data["tail"]
                self.thinking = data.get("thinking", self.thinking)
            case "commit":
                self._apply(Commit(data["html"]))
            case "tail":
                self._apply(Tail(data["from"], data["html"]))
            case "append":
                self._apply(Append(data["text"]))
            case "thinking":
                self.thinking += data["text"]
            case "end":
                self.ends.append(data)

    def _apply(self, change: Commit | Tail | Append) -> None:
        try:
            self.browser.apply([change])
        except (AssertionError, ValueError, UnicodeError) as error:
            self.error = f"a {type(change).__name__} that the page cannot apply: {error!r}"

    @property
    def html(self) -> str:
        return self.browser.committed + self.browser.tail


@dataclass
class Visit:
    """All that the readers of a case have seen."""

    #: Page streams that were read to their ends.
    pages: list[PageReader] = field(default_factory=list)
    #: What the API has sent; `is_done` when its last frame was there.
    chat: list[dict[str, Any]] = field(default_factory=list)
    is_done: bool = False
    statuses: list[int] = field(default_factory=list)
    left_at: float | None = None

    @property
    def chat_text(self) -> str:
        return "".join(frame.get("text", "") for frame in self.chat)


class Person:
    """Asks the question of a case, as its reader does."""

    def __init__(self, site: str, token: str, session: str, case: Case) -> None:
        self._site, self._token, self._case, self._random = site, token, case, case.random
        self.visit = Visit()
        cookies = {"session": session, "csrf": CSRF}
        self._headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "X-CSRFToken": CSRF}
        self._reply = ""

    async def ask(self) -> Visit:
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(self._site, timeout=TIMEOUT, connector=connector) as self._http:
            with suppress(aiohttp.ClientError, TimeoutError):
                await getattr(self, f"_{self._case.reader}")()
        return self.visit

    @property
    def _question(self) -> str:
        return f"[case {self._case.name}] What do you see?"

    async def _page_stream(self, frames: float = float("inf"), pauses: int = 0) -> None:
        """Ask, or follow what was asked; leave after so many frames. `pauses`: of 10 ms, after the first frames."""
        reader = PageReader()
        method, path = ("GET", f"/messages/{self._reply}/reply/") if self._reply else ("POST", "/conversations/")
        headers = self._headers | {"Accept": "text/event-stream"}
        data = None if self._reply else {"text": self._question}
        async with self._http.request(method, path, headers=headers, data=data) as response:
            self.visit.statuses.append(response.status)
            async for name, frame in self._frames(response):
                self._reply = frame.get("reply", self._reply)
                reader.receive(name, frame)
                frames -= 1
                if frames <= 0:
                    return
                if pauses > 0:
                    pauses -= 1
                    await asyncio.sleep(0.01)
        self.visit.pages.append(reader)

    async def _page(self) -> None:
        await self._page_stream(pauses=self._random.choice([0, 0, 0, 100]))

    async def _returning(self) -> None:
        """Leaves, and comes back in two windows."""
        await self._page_stream(frames=self._random.choice([1, 2, 5, 30]))
        await asyncio.sleep(self._random.choice([0, 0.05, 0.5]))
        await self._page_stream(frames=self._random.choice([1, 5]))
        await asyncio.gather(self._page_stream(), self._page_stream())

    async def _stopping(self) -> None:
        """Stops it, and reads to the end."""
        await self._page_stream(frames=1)
        await asyncio.sleep(self._random.choice([0, 0.01, 0.1, 0.5]))
        reading = asyncio.create_task(self._page_stream())
        self.visit.left_at = monotonic()
        async with self._http.delete(f"/messages/{self._reply}/reply/", headers=self._headers) as response:
            self.visit.statuses.append(response.status)
        await reading

    async def _form(self) -> None:
        """Asks without scripts, and reads nothing."""
        async with self._http.post(
            "/conversations/", headers=self._headers, data={"text": self._question}, allow_redirects=False
        ) as response:
            self.visit.statuses.append(response.status)

    async def _chat(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._http.post("/api/chat", headers=headers, json={"message": self._question}) as response:
            self.visit.statuses.append(response.status)
            async for _name, frame in self._frames(response):
                self.visit.chat.append(frame)

    async def _aborting(self) -> None:
        """Hangs up, perhaps before there is any response."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._random.choice([0.003, 0.01, 0.02, 0.05, 0.1, 0.5])):
                await self._chat()
        self.visit.left_at = monotonic()

    async def _frames(self, response: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        rest = b""
        async for chunk in response.content.iter_any():
            *events, rest = (rest + chunk).split(b"\n\n")
            for event in events:
                name, _newline, data = event.removeprefix(b"event: ").rpartition(b"\n")
                if data == b"data: [DONE]":
                    self.visit.is_done = True
                elif data.startswith(b"data: "):
                    yield name.decode(), json.loads(data[6:])
