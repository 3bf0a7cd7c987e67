"""What readers of one reply get: text and frames, kept so that each reader holds a position, not a queue.

Filled by a Reply (the writer) or as a Mirror (a reply that another process writes); read by `page` and `plain`.
"""

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Awaitable, Callable, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from chatsite.accounts.access import Access
from conversations import markdown, sse
from conversations.replies import rendering
from conversations.replies.end import End
from conversations.replies.frames import Frames, ToolFrames, ToolStatus, encode_changes
from conversations.replies.marked_text import MarkedText
from conversations.replies.notifier import Notifier
from conversations.replies.reader import ACCESS_ENDED, Reader

#: Seconds after the end in which a title may still come.
LATE_TITLE_SECONDS = 5


class Broadcast:
    """One reply as it grows. `on_leave` is called each time a reader has left.

    `opening`: what was open in the answer that this one continues. `sources`: see `IncrementalRenderer`.
    """

    def __init__(
        self,
        text: str = "",
        *,
        opening: markdown.Opening | None = None,
        sources: str = "",
        on_leave: Callable[[], None] = lambda: None,
    ) -> None:
        self._written = MarkedText(text)
        self.thoughts: list[str] = []
        self.end: End | None = None
        self.ended = asyncio.Event()
        self.readers: set[Reader] = set()
        self._on_leave = on_leave
        self._page_readers = 0
        self._text_changed = Notifier()
        self._page_changed = Notifier()
        self._frames = Frames()
        self._status = b""
        self._title = self._late_title = b""
        self._title_settled = asyncio.Event()
        self._title_settled.set()
        self._html = ""
        self._renderer = markdown.IncrementalRenderer(opening=opening, sources=sources)
        self._tools = ToolFrames()
        self._rendering: asyncio.Task[None] | None = None
        self._timer = rendering.RenderTimer(self._render)
        self._render_after = 0.0

    @property
    def pieces(self) -> list[str]:
        return self._written.pieces

    @property
    def length(self) -> int:
        return self._written.length

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    # Filling

    def write(self, piece: str) -> None:
        self._written.write(piece)
        self._status = b""
        self._text_changed.notify()
        self._render_later()

    def cite(self, numbers: tuple[int, ...]) -> None:
        """Mark what is written by now with the numbers of the sources that it cites; shown with the next piece."""
        self._written.cite(numbers)

    def begin_tools(self) -> None:
        """Tools are called after what is written by now, and before what follows."""
        self._written.begin_tools()
        self._render_later()

    def show_tool_status(self, status: ToolStatus) -> None:
        """Tell readers the state of one use of the tools that have begun last."""
        frame = self._tools.show(status, self._written.tools_begun)
        self._status = b""
        self._push(frame)
        self._text_changed.notify()

    def think(self, piece: str) -> None:
        self.thoughts.append(piece)
        self._status = b""
        self._push(sse.encode_frame("thinking", {"text": piece}))

    def show_status(self, name: str, data: dict[str, Any]) -> None:
        """Tell the page's readers, also those who come meanwhile, why no text is coming (`retrying`, `saving`)."""
        self._status = sse.encode_frame(name, data)
        self._push(self._status)

    def show_saving(self) -> None:
        self.show_status("saving", {})

    def expect_title(self) -> None:
        """A title is being written: `set_title` will be called."""
        self._title_settled.clear()

    def set_title(self, title: str) -> None:
        """Send the title to the page's readers, or to the next one while there are none. Empty: there is no title."""
        self._title_settled.set()
        if not title:
            return
        frame = sse.encode_frame("title", {"title": title})
        if self.end is not None:
            self._late_title = frame
        elif self._page_readers:
            self._push(frame)
        else:
            self._title = frame

    def _push(self, frame: bytes) -> None:
        self._frames.push(frame)
        self._page_changed.notify()

    async def close(self, end: End, html: str) -> None:
        """End the broadcast; `html` is the whole text, rendered."""
        is_thinking_new = bool(end.thinking) and not self.thoughts
        if is_thinking_new:
            self.thoughts.append(end.thinking)
        try:
            if self._page_readers:
                await self._render_to_end(html, needs_snapshot=is_thinking_new)
        finally:
            self.close_unrendered(end, html)

    def close_unrendered(self, end: End, html: str) -> None:
        """End the broadcast without what its readers have not got yet: the `end` frame has the whole turn."""
        self._timer.cancel()
        self._status, self._html = b"", html
        self.end = end
        self.ended.set()
        self._text_changed.notify()
        self._page_changed.notify()

    # Reading

    async def page_frames(self, reader: Reader) -> AsyncGenerator[bytes]:
        """The page's stream: a snapshot, then changes. The `end` frame is made by each response, for its viewer."""
        position: int | None = None
        with self._reading(reader, page=True):
            while True:
                frames = None if position is None else self._frames.since(position)
                if frames is None:
                    await self._render_all()
                if reader.has_access_ended:
                    break
                if frames is None:
                    frames = self._snapshot()
                position = self._frames.count
                if frames:
                    yield frames
                elif self.end is not None:
                    break
                elif not await self._page_changed.wait():
                    yield sse.KEEP_ALIVE

    async def wait_for_late_title(self) -> bytes:
        """To be awaited after the end: the frame of a title that comes only now; empty if none comes in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LATE_TITLE_SECONDS):
                await self._title_settled.wait()
        return self._late_title

    async def plain_frames(self, reader: Reader, end_frame: Callable[[End], Awaitable[bytes]]) -> AsyncGenerator[bytes]:
        """The plain API's stream: pieces of text, what `end_frame` makes of the end, `[DONE]`."""
        sent, shown, pieces = 0, 0, self.pieces
        with self._reading(reader, page=False):
            while not reader.has_access_ended:
                if sent < len(pieces):
                    text, sent = "".join(pieces[sent:]), len(pieces)
                    yield sse.encode_plain_frame({"text": text})
                elif shown < len(self._tools.plain):
                    yield self._tools.plain[shown]
                    shown += 1
                elif self.end is not None:
                    break
                elif not await self._text_changed.wait():
                    yield sse.PLAIN_KEEP_ALIVE
            end = ACCESS_ENDED if reader.has_access_ended or self.end is None else self.end
            yield await end_frame(end) + sse.PLAIN_DONE

    async def until_ended(self) -> End:
        """Wait for the end. It counts as reading, as a mirror without readers is dropped."""
        with self._reading(Reader(), page=False):
            await self.ended.wait()
        assert self.end is not None  # noqa: S101 (for the type checker)
        return self.end

    def notify_if_unread(self) -> None:
        """Call `on_leave` if nobody reads: the client may have disconnected before the first frame."""
        if not self.readers:
            self._on_leave()

    def end_readers(self, ended: Container[Access]) -> None:
        """End the streams that were opened with one of these, without their `end` frame."""
        for reader in self.readers:
            reader.has_access_ended |= reader.access in ended
        self._text_changed.notify()
        self._page_changed.notify()

    @contextmanager
    def _reading(self, reader: Reader, *, page: bool) -> Iterator[None]:
        self.readers.add(reader)
        self._page_readers += int(page)
        try:
            yield
        finally:
            self.readers.discard(reader)
            self._page_readers -= int(page)
            self._on_leave()

    # Rendering, at most once per `flush_interval` and only while a page reads

    def _render_later(self) -> None:
        """Render soon, where a page reads and nothing is going to be rendered anyway."""
        if self._page_readers and not self._timer.is_set and self._rendering is None:
            self._timer.start(self._render_after)

    def _render(self) -> None:
        """Render the new text: at once if that is short, otherwise in a thread, with the task `_rendering`."""
        self._timer.cancel()
        self._written.write_to(self._renderer)
        if self._renderer.is_short():
            self._push_rendered(encode_changes(self._renderer.flush()))
        else:
            self._render_in_thread(lambda: encode_changes(self._renderer.flush()))

    def _render_in_thread(self, render: Callable[[], list[bytes]]) -> asyncio.Task[None]:
        # An empty context: a reader's request may end before the task does.
        self._rendering = asyncio.create_task(self._push_when_rendered(render), context=contextvars.Context())
        return self._rendering

    async def _push_when_rendered(self, render: Callable[[], list[bytes]]) -> None:
        try:
            frames = await rendering.run_in_thread(render)
        finally:
            self._rendering = None
        self._push_rendered(frames)
        if self._written.is_behind(len(self.pieces)):
            self._render_later()

    def _push_rendered(self, frames: Iterable[bytes]) -> None:
        for frame in frames:
            self._frames.push(frame)
        self._page_changed.notify()
        self._render_after = asyncio.get_running_loop().time() + self._renderer.flush_interval

    async def _render_all(self) -> None:
        """Render what is written by now. Afterwards nothing renders, until the caller awaits something."""
        count = len(self.pieces)
        while self._rendering is not None or (self._written.is_behind(count) and self.end is None):
            if self._rendering is None:
                self._render()
            if self._rendering is not None:
                await asyncio.wait([self._rendering])

    async def _render_to_end(self, html: str, *, needs_snapshot: bool) -> None:
        await self._render_all()

        def close() -> list[bytes]:
            frames = encode_changes(self._renderer.close())
            # Where a link was defined after its use, only the rendering of the whole text has it.
            if needs_snapshot or self._renderer.snapshot() != (html, ""):
                frames.append(self._snapshot_frame(html, ""))
            return frames

        await self._render_in_thread(close)

    def _snapshot(self) -> bytes:
        html, tail = self._renderer.snapshot() if self.end is None else (self._html, "")
        title, self._title = self._title, b""
        return self._snapshot_frame(html, tail) + self._tools.newest + title + self._status

    def _snapshot_frame(self, html: str, tail: str) -> bytes:
        whole = {"html": html, "tail": tail}
        if self.thoughts:
            # Left out where it is not known here: the page keeps what it has.
            whole["thinking"] = "".join(self.thoughts)
        return sse.encode_frame("snapshot", whole)
