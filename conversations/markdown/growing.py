"""One text that grows, rendered block by block. The reply engine writes to it and sends on what `flush` gives.

The browser keeps two elements side by side. A Commit is added to the committed area and clears the tail;
a Tail replaces the tail's HTML from an offset; an Append adds plain text to the tail's element marked `data-open`.
"""

from dataclasses import dataclass
from time import perf_counter

from .blocks import finished, opening
from .healing import heal
from .render import normal, render
from .tails import InFence, Overlong, tail_html

INTERVAL = 0.05
SHARE = 10  # the next flush waits ten times what the last tail cost: a tenth of a core for one reply at most
MAX_OPEN = 8_192
MAX_DEFINITIONS = 8_000
MAX_DEFINITION = 500  # each later block may repeat it: one of 8 kB would make a page of every "[a]"


@dataclass(frozen=True, slots=True)
class Commit:
    """A block that can no longer change. It takes the place of the tail, which is empty afterwards."""

    html: str


@dataclass(frozen=True, slots=True)
class Tail:
    """The open tail's HTML from this offset on, in UTF-16 units. After a Commit it starts at 0 again."""

    start: int
    html: str


@dataclass(frozen=True, slots=True)
class Append:
    """Plain text for the end of the tail's element marked `data-open`. Only a Commit can follow, or another Append."""

    text: str


class Growing:
    """A text in blocks: committed ones never change again, the open one is the tail.

    Committed and tail together are the whole. At the end `committed` equals `render(text)`, except where a link was
    used before its definition came (or a guard looks at the whole text): whoever saves compares and sends a snapshot.
    """

    def __init__(self, text: str = "") -> None:
        self._new = [text]
        self._committed: list[str] = []
        self._definitions = ""
        self._open = ""  # the source of the open block, unless `_plain` keeps it
        self._plain: InFence | Overlong | None = None
        self._tail = ""  # the tail's HTML in the browser, without what was appended
        self._marked = False  # whether that is `_plain`, so that text can be appended
        self._cost = 0.0

    @property
    def wait(self) -> float:
        """Seconds to let pass before the next flush."""
        return max(INTERVAL, SHARE * self._cost)

    def write(self, text: str) -> None:
        self._new.append(text)

    def flush(self) -> list[Commit | Tail | Append]:
        """What to send on for all that was written since the last flush."""
        new = "".join(self._new)
        cut = len(new) - new.endswith("\r")  # its line feed may be still to come
        self._new = [new[cut:]]
        if not cut:
            return []
        had, known = self._tail, len(self._committed)
        fresh = self._grow(normal(new[:cut]))
        return self._commits(had, known) + self._tail_operations(fresh)

    def close(self) -> list[Commit | Tail | Append]:
        """The last flush: afterwards everything is committed and the tail is empty."""
        had, known = self._tail, len(self._committed)
        self._grow(normal("".join(self._new)))
        self._new = []
        self._commit(self._plain.source if self._plain else self._open)
        return self._commits(had, known)

    def snapshot(self) -> tuple[str, str]:
        """The committed HTML and the tail's, as the browser has them after the last flush."""
        self._committed = ["".join(self._committed)]
        return self._committed[0], tail_html(self._plain) if self._plain else self._tail

    def _grow(self, new: str) -> str:
        """Takes the new text in; returns what of it can be appended to a plain tail."""
        fresh = ""
        while new:
            if isinstance(self._plain, InFence):
                fresh, new = self._grow_fence(self._plain, new)
            elif self._plain:
                fresh, new = self._grow_overlong(self._plain, new)
            else:
                new = self._grow_open(new)
        return fresh

    def _grow_fence(self, fence: InFence, new: str) -> tuple[str, str]:
        text, rest = fence.take(new)
        if rest is None:
            return text, ""
        self._commit(fence.source)
        return "", rest

    def _grow_overlong(self, block: Overlong, new: str) -> tuple[str, str]:
        if block.take(new):
            rest = self._commit_finished(block.source)
            if self._plain is not block:
                return "", rest
            block.still_open()
        return new, ""

    def _grow_open(self, new: str) -> str:
        self._open += new
        if "\n" in new:
            self._open = self._commit_finished(self._open)
        fence = opening(self._open)
        if fence:
            self._plain = InFence(self._open[: fence.begin], fence)
            return self._open[fence.begin :]
        if len(self._open) > MAX_OPEN:
            self._plain = self._overlong(self._open)
        return ""

    def _overlong(self, source: str) -> Overlong:
        cut = max(source.rfind("\n"), source.rfind(" ") if "\n" not in source else 0) + 1
        return Overlong(source, self._render(heal(source[:cut])), source[cut:])

    def _commit_finished(self, source: str) -> str:
        """Commits all blocks that can no longer change; returns the source of what is left."""
        end, definitions = finished(source)
        if end:
            self._commit(source[:end])
            self._define(definitions)
        return source[end:]

    def _commit(self, source: str) -> None:
        self._committed.append(self._render(source))
        self._open, self._plain, self._tail, self._marked = "", None, "", False

    def _define(self, lines: list[str]) -> None:
        """Later blocks are rendered by themselves and must know the links defined before them."""
        for line in lines:
            if len(line) < MAX_DEFINITION and len(self._definitions) + len(line) < MAX_DEFINITIONS:
                self._definitions += f"{line}\n\n"

    def _render(self, source: str) -> str:
        return render(self._definitions + source if "[" in source else source)

    def _commits(self, had: str, known: int) -> list[Commit | Tail | Append]:
        """One Commit for all blocks committed since there were `known`; an empty one if only a tail must go."""
        html = "".join(self._committed[known:])
        return [Commit(html)] if html or (had and len(self._committed) > known) else []

    def _tail_operations(self, fresh: str) -> list[Commit | Tail | Append]:
        if self._marked:
            self._cost = 0.0
            return [Append(fresh)] if fresh else []
        if self._plain:
            self._marked = True
            return self._replaced(tail_html(self._plain))
        began = perf_counter()
        html = self._render(heal(self._open))
        self._cost = perf_counter() - began
        return self._replaced(html)

    def _replaced(self, html: str) -> list[Commit | Tail | Append]:
        before, self._tail = self._tail, html
        if before == html:
            return []
        start = _common(before, html)
        return [Tail(len(html[:start].encode("utf-16-le")) // 2, html[start:])]


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike; by halves, as comparing slices is what Python does fast."""
    known, limit = 0, min(len(one), len(other))
    while known < limit:
        middle = (known + limit + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            limit = middle - 1
    return known
