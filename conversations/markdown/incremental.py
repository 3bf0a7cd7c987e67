"""Renders a growing text block by block. The reply engine writes to it and sends on what `flush` returns.

The page has two areas: the committed HTML, and the tail, which is the HTML of the block that is still open.
"""

from dataclasses import dataclass
from time import perf_counter

from conversations.markdown.blocks import find_closed_blocks, find_opening_fence
from conversations.markdown.continuation import Opening
from conversations.markdown.marks import find_held_back, insert_marks, remove_marks, remove_noncharacters
from conversations.markdown.open_markup import close_open_markup
from conversations.markdown.plain_blocks import FencedCode, LongBlock
from conversations.markdown.render import find_first_heading, normalize, render
from conversations.markdown.tools_place import tools_place

MIN_FLUSH_INTERVAL = 0.05
# The next flush waits ten times as long as the last tail took, so one reply uses a tenth of a core at most.
INTERVAL_PER_COST = 10
MAX_OPEN = 8_192
MAX_STEP = 16_384
# A flush is short, less than 5 ms, if it parses few characters, or a few more than the last one, which was short.
# The exceptions are formulas and code, which are converted when they are complete.
SHORT_LENGTH, SHORT_GROWTH, SHORT_SECONDS = 500, 300, 0.002
SLOW_MARKS = ("$", "\\", "```", "~~~")
MAX_DEFINITIONS_LENGTH = 8_000
MAX_DEFINITION_LENGTH = 500  # every later block may repeat the address: 8 kB of it would make a page of each "[a]"


@dataclass(frozen=True, slots=True)
class Commit:
    """HTML of blocks that can no longer change, for the end of the committed area. The tail is empty afterwards."""

    html: str


@dataclass(frozen=True, slots=True)
class Tail:
    """The HTML of the tail from this offset on, in UTF-16 units. After a Commit it starts at 0 again."""

    start: int
    html: str


@dataclass(frozen=True, slots=True)
class Append:
    """Plain text for the end of the tail's element marked `data-open`. Only a Commit or an Append can follow."""

    text: str


Change = Commit | Tail | Append


class IncrementalRenderer:
    """A growing text in blocks: closed blocks are committed and never change again, the open block is the tail.

    At the end the committed HTML equals `render(text)`, unless a link and its definition are in different blocks or a
    limit concerns the whole text. The caller compares the two and sends a snapshot where they differ.

    `sources`: the marks link to the elements with these ids and their numbers, as in `render`.
    """

    def __init__(self, text: str = "", opening: Opening | None = None, sources: str = "") -> None:
        self._sources = sources
        # Texts with tools behind them, and the newest one; each is rendered on its own.
        self._texts_before_tools: list[str] = []
        self._unflushed = [remove_noncharacters(text)]
        self._tools_begun = 0
        self._opening = opening  # what the text continues, until its beginning is known
        self._committed: list[str] = []
        self._link_definitions = ""
        self._first_heading = 0  # its level, which the levels of all later headings depend on
        self._open_source = ""  # the source of the open block, unless `_plain_block` has it
        self._plain_block: FencedCode | LongBlock | None = None
        self._tail = ""  # the tail's HTML as last sent, without appended text
        self._can_append = False  # whether the tail as sent is that of `_plain_block`
        self._tail_seconds = 0.0

    @property
    def flush_interval(self) -> float:
        """Seconds to wait before the next flush."""
        return max(MIN_FLUSH_INTERVAL, INTERVAL_PER_COST * self._tail_seconds)

    def write(self, text: str, numbers: tuple[int, ...] = ()) -> None:
        """Add text, and marks at its end with the numbers of the sources that it cites."""
        self._unflushed.append(remove_noncharacters(text))
        if numbers:
            self._unflushed = [insert_marks("".join(self._unflushed), numbers)]

    def begin_tools(self) -> None:
        """Leave a place for tools after what is written by now; what follows is rendered as a text of its own."""
        self._texts_before_tools.append("".join(self._unflushed))
        self._unflushed = []

    def is_short(self) -> bool:
        """Whether the next flush takes less than 5 ms, as far as the lengths and the last one tell."""
        if self._texts_before_tools:
            return False
        text = "".join(self._unflushed)
        if self._plain_block:
            return len(text) <= MAX_OPEN and not self._plain_block.may_close_with(text)
        source = self._open_source + text
        return len(source) <= SHORT_LENGTH or (
            len(text) <= SHORT_GROWTH
            and self._tail_seconds < SHORT_SECONDS
            and not any(mark in source for mark in SLOW_MARKS)
        )

    def flush(self) -> list[Change]:
        """Return what changes in the page by the text written since the last flush."""
        had_tail, commit_count = bool(self._tail), len(self._committed)
        self._commit_before_tools()
        text = self._take_unflushed()
        if not text:
            return self._commits_since(commit_count, had_tail)
        appended = remove_marks(self._extend(normalize(text, has_marks=True)))
        return self._commits_since(commit_count, had_tail) + self._tail_changes(appended)

    def _take_unflushed(self) -> str:
        """Return the text written since the last flush, without what the next text may still change."""
        text = "".join(self._unflushed)
        if self._opening:
            if not self._opening.is_decided_by(text):
                return ""
            text, self._opening = self._opening.put_before(text), None
        end = find_held_back(text) if self._sources else len(text)
        if text[:end].endswith("\r"):  # its line feed may follow
            end -= 1
        self._unflushed = [text[end:]]
        return text[:end]

    def _commit_before_tools(self) -> None:
        """Commit the texts that end where tools begin, each with the place for the tools behind it."""
        for text in self._texts_before_tools:
            self._commit_rest(text)
            self._tools_begun += 1
            self._committed.append(tools_place(self._tools_begun))
            self._link_definitions, self._first_heading = "", 0
        self._texts_before_tools = []

    def close(self) -> list[Change]:
        """Flush for the last time: afterwards everything is committed and the tail is empty."""
        had_tail, commit_count = bool(self._tail), len(self._committed)
        self._commit_before_tools()
        self._commit_rest("".join(self._unflushed))
        self._unflushed = []
        return self._commits_since(commit_count, had_tail)

    def _commit_rest(self, text: str) -> None:
        """Add the end of a text, and commit it."""
        if self._opening:
            text, self._opening = self._opening.put_before(text), None
        self._extend(normalize(text, has_marks=True))
        self._commit(self._plain_block.source if self._plain_block else self._open_source)

    def snapshot(self) -> tuple[str, str]:
        """Return the committed HTML and the tail's HTML, as the page has them after the last flush."""
        self._committed = ["".join(self._committed)]
        return self._committed[0], self._plain_block.html() if self._plain_block else self._tail

    def _extend(self, text: str) -> str:
        """Add text and commit the blocks that it closes. Return what of it can be appended to a plain tail.

        A long text is added in steps, as the parser holds the GIL for each.
        """
        steps = range(0, len(text), MAX_STEP)
        return "".join([self._extend_step(text[start : start + MAX_STEP]) for start in steps])

    def _extend_step(self, text: str) -> str:
        while text:
            block = self._plain_block
            if isinstance(block, FencedCode):
                appended, rest = block.append(text)
                if rest is None:
                    return appended
                self._commit(block.source)
                text = rest
            elif block:
                may_have_closed = block.append(text)
                committed = self._commit_closed_blocks(block.source) if may_have_closed else 0
                if not committed:
                    return text
                text = block.source[committed:]
            else:
                text = self._extend_open_block(text)
        return ""

    def _extend_open_block(self, text: str) -> str:
        """Add text to a block that is rendered as it grows. Return what is left for the plain block it begins."""
        source = self._open_source + text
        if "\n" in text:
            source = source[self._commit_closed_blocks(source) :]
        self._open_source = source
        fence = find_opening_fence(source)
        if fence:
            self._plain_block = FencedCode(source[: fence.code_start], fence)
            return source[fence.code_start :]
        if len(source) > MAX_OPEN:
            # The last line, or the last word of the only line, may be half-typed: it is shown as plain text.
            end = max(source.rfind("\n"), source.rfind(" ") if "\n" not in source else 0) + 1
            rendered = self._render(close_open_markup(source[:end]))
            self._plain_block = LongBlock(source, rendered, source[end:])
        return ""

    def _commit_closed_blocks(self, source: str) -> int:
        """Commit the blocks that can no longer change. Return how many characters of the source they are."""
        length, definitions = find_closed_blocks(source)
        if length:
            self._commit(source[:length])
            # Later blocks are rendered alone and must know the links defined before them.
            for line in definitions:
                is_short = len(line) < MAX_DEFINITION_LENGTH
                if is_short and len(self._link_definitions) + len(line) < MAX_DEFINITIONS_LENGTH:
                    self._link_definitions += f"{line}\n\n"
        return length

    def _commit(self, source: str) -> None:
        self._committed.append(self._render(source))
        if not self._first_heading and "<h" in self._committed[-1]:
            self._first_heading = find_first_heading(source)
        self._open_source, self._plain_block = "", None
        self._tail, self._can_append = "", False

    def _render(self, source: str) -> str:
        return render(source, self._link_definitions if "[" in source else "", self._first_heading, self._sources)

    def _commits_since(self, count: int, had_tail: bool) -> list[Change]:
        """Return one Commit for all blocks after the first `count`. It is empty if it only has to clear the tail."""
        html = "".join(self._committed[count:])
        must_clear_tail = had_tail and len(self._committed) > count
        return [Commit(html)] if html or must_clear_tail else []

    def _tail_changes(self, appended: str) -> list[Change]:
        if self._can_append:
            self._tail_seconds = 0.0
            return [Append(appended)] if appended else []
        if self._plain_block:
            self._can_append = True
            return self._replace_tail(self._plain_block.html())
        started = perf_counter()
        html = self._render(close_open_markup(self._open_source))
        self._tail_seconds = perf_counter() - started
        return self._replace_tail(html)

    def _replace_tail(self, html: str) -> list[Change]:
        previous, self._tail = self._tail, html
        if previous == html:
            return []
        start = _common_prefix_length(previous, html)
        return [Tail(len(html[:start].encode("utf-16-le")) // 2, html[start:])]


def _common_prefix_length(first: str, second: str) -> int:
    """Return how many characters both texts begin with, found by bisection: Python compares slices fast."""
    known, limit = 0, min(len(first), len(second))
    while known < limit:
        middle = (known + limit + 1) // 2
        if first[known:middle] == second[known:middle]:
            known = middle
        else:
            limit = middle - 1
    return known
