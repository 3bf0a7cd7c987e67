"""What readers of one reply see: text and frames, kept so that each reader holds a position and nobody a queue.

Filled by a Reply (the writer) or by a Mirror (a reply that another process writes); read through `page` and `plain`.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from conversations import markdown, sse

#: Frames that are kept for readers who are a little behind; whoever is further behind gets a snapshot.
KEPT_FRAMES = 256


@dataclass(frozen=True, slots=True)
class End:
    """How a reply ended, as readers are told. `error` and `retryable` are for the plain API."""

    state: str
    ending: str
    code: str = ""
    stop_reason: str = ""
    usage: dict[str, Any] | None = None
    html: str = ""
    error: str = ""
    retryable: bool = False
    request_id: str = ""

    def frame(self) -> bytes:
        names = ("state", "ending", "code", "stop_reason", "usage", "html")
        return sse.named("end", {name: getattr(self, name) for name in names})

    def plain_error(self) -> bytes:
        return sse.plain(
            {
                "error": self.error,
                "code": self.code or self.ending,
                "retryable": self.retryable,
                "request_id": self.request_id,
            }
        )


@dataclass(slots=True)
class _Frames:
    """The page's frames, encoded once; `count` is the position after the newest."""

    kept: deque[bytes] = field(default_factory=lambda: deque(maxlen=KEPT_FRAMES))
    count: int = 0

    def push(self, frame: bytes) -> None:
        self.kept.append(frame)
        self.count += 1

    def since(self, position: int) -> bytes | None:
        """All frames from a position on, joined; None when some of them are no longer kept."""
        missed = self.count - position
        if missed > len(self.kept):
            return None
        return b"".join([self.kept[each] for each in range(-missed, 0)])


class Broadcast:
    """One reply as it grows. `on_leave` is called each time a reader has gone."""

    def __init__(self, text: str = "", on_leave: Callable[[], None] = lambda: None) -> None:
        self.pieces: list[str] = [text] if text else []
        self.length = len(text)
        self.thoughts: list[str] = []
        self.end: End | None = None
        self.ended = asyncio.Event()
        self.readers = 0
        self._on_leave = on_leave
        self._page_readers = 0
        self._text_changed = _Bell()
        self._page_changed = _Bell()
        self._frames = _Frames()
        self._waits_for = b""
        self._title = b""
        self._prose = ""
        self._growing = markdown.IncrementalRenderer()
        self._rendered = 0
        self._timer: asyncio.TimerHandle | None = None
        self._render_after = 0.0

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def is_shown(self) -> bool:
        """Whether a page looks at it, and not only programs."""
        return self._page_readers > 0

    # Filling

    def write(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)
        self._waits_for = b""
        self._text_changed.ring()
        if self._page_readers and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._render_after), self._render)

    def think(self, piece: str) -> None:
        self.thoughts.append(piece)
        self._waits_for = b""
        self._tell(sse.named("thinking", {"text": piece}))

    def wait_for(self, name: str, data: dict[str, Any]) -> None:
        """Tell the page's readers, also those who come meanwhile, why nothing is coming."""
        self._waits_for = sse.named(name, data)
        self._tell(self._waits_for)

    def entitle(self, title: str) -> None:
        """Tell the page's readers the title; when there are none yet, the first who comes. Nobody waits for it."""
        frame = sse.named("title", {"title": title})
        if self._page_readers:
            self._tell(frame)
        else:
            self._title = frame

    def _tell(self, frame: bytes) -> None:
        self._frames.push(frame)
        self._page_changed.ring()

    def close(self, end: End, prose: str) -> None:
        """Nothing comes after this; `prose` is the whole text, rendered."""
        if self._page_readers:
            self._render()
            self._push(self._growing.close())
            if self._growing.snapshot() != (prose, ""):
                # A link defined after its use: only the whole text shows what was meant.
                self._frames.push(sse.named("snapshot", {"html": prose, "tail": ""}))
        if self._timer is not None:
            self._timer.cancel()
        self._waits_for, self._prose = b"", prose
        self.end = end
        self.ended.set()
        self._text_changed.ring()
        self._page_changed.ring()

    # Reading

    async def page(self) -> AsyncGenerator[bytes]:
        """The page's stream: a snapshot of all there is, then what comes, then `end`."""
        position: int | None = None
        with self._reading(page=True):
            while True:
                frames = None if position is None else self._frames.since(position)
                if frames is None:
                    frames = self._snapshot()
                position = self._frames.count
                if frames:
                    yield frames
                elif self.end is not None:
                    break
                elif not await self._page_changed.rung():
                    yield sse.HEARTBEAT
            yield self.end.frame()

    async def plain(self) -> AsyncGenerator[bytes]:
        """The plain API's stream: pieces of text, an error where there was one, `[DONE]`."""
        sent = 0
        with self._reading(page=False):
            while True:
                if sent < len(self.pieces):
                    text, sent = "".join(self.pieces[sent:]), len(self.pieces)
                    yield sse.plain({"text": text})
                elif self.end is not None:
                    break
                elif not await self._text_changed.rung():
                    yield sse.PLAIN_HEARTBEAT
            if self.end.error:
                yield self.end.plain_error()
            yield sse.PLAIN_DONE

    async def until_ended(self) -> End:
        """Wait for the end, which counts as reading: what nobody reads is not looked at."""
        with self._reading(page=False):
            await self.ended.wait()
        assert self.end is not None  # noqa: S101 (for the type checker)
        return self.end

    @contextmanager
    def _reading(self, *, page: bool) -> Iterator[None]:
        self.readers += 1
        self._page_readers += page
        try:
            yield
        finally:
            self.readers -= 1
            self._page_readers -= page
            self._on_leave()

    # Rendering, at most once per `flush_interval` and only while a page reads

    def _render(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._growing.write("".join(self.pieces[self._rendered :]))
        self._rendered = len(self.pieces)
        self._push(self._growing.flush())
        self._render_after = asyncio.get_running_loop().time() + self._growing.flush_interval

    def _push(self, changes: list[markdown.Commit | markdown.Tail | markdown.Append]) -> None:
        for change in changes:
            match change:
                case markdown.Commit(html):
                    self._frames.push(sse.named("commit", {"html": html}))
                case markdown.Tail(start, html):
                    self._frames.push(sse.named("tail", {"from": start, "html": html}))
                case markdown.Append(text):
                    self._frames.push(sse.named("append", {"text": text}))
        self._page_changed.ring()

    def _snapshot(self) -> bytes:
        if self.end is None:
            self._render()
        html, tail = self._growing.snapshot() if self.end is None else (self._prose, "")
        whole = {"html": html, "tail": tail, "thinking": "".join(self.thoughts)}
        title, self._title = self._title, b""
        return sse.named("snapshot", whole) + title + self._waits_for


class _Bell:
    """Wakes those who wait now; whoever comes later waits for the next ring.

    A bare future for each wait, and one timer for all of them, cost a fifth of `asyncio.Event` under
    `asyncio.timeout`, once per delta and reader.
    """

    __slots__ = ("_loop", "_rung", "_timer", "_waiting")

    def __init__(self) -> None:
        # Asked for once: until Python 3.12 that is a system call, to see whether the process is still the same.
        self._loop = asyncio.get_running_loop()
        self._waiting: list[asyncio.Future[bool]] = []
        self._rung = False
        self._timer: asyncio.TimerHandle | None = None

    def ring(self, *, news: bool = True) -> None:
        self._rung = True
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(news)

    def rung(self) -> asyncio.Future[bool]:
        """To be awaited: the next ring; False when it is time for a sign of life instead."""
        if self._timer is None:
            self._timer = self._loop.call_later(sse.HEARTBEAT_SECONDS / 2, self._tick)
        future: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append(future)
        return future

    def _tick(self) -> None:
        """Twice in the time that may pass in silence; for the last time when nobody waits."""
        silent, self._rung = not self._rung, False
        if silent:
            self.ring(news=False)
        self._waiting = [future for future in self._waiting if not future.done()]
        self._timer = self._loop.call_later(sse.HEARTBEAT_SECONDS / 2, self._tick) if self._waiting else None
