"""Open blocks that are not rendered again with each new word, but only get plain text added. Used by `Growing`."""

from html import escape

from .blocks import Fence
from .code import FRAME_END, frame, language_of

MAX_HELD = 200


class InFence:
    """A top-level fence: its lines are shown as they come, and coloured when it is closed."""

    def __init__(self, first_line: str, fence: Fence) -> None:
        self.fence = fence
        self.before = frame(language_of(fence.info), " data-open")
        self.after = FRAME_END
        self.shown: list[str] = []
        self._source = [first_line]
        self._held = ""  # a last line that may become the closing one
        self._within_line = False

    @property
    def source(self) -> str:
        return "".join(self._source) + self._held

    def take(self, new: str) -> tuple[str, str | None]:
        """The text to show, and what follows the fence, None while it is open."""
        *lines, last = (self._held + new).split("\n")
        self._held, shown = "", []
        for number, line in enumerate(lines):
            self._source.append(f"{line}\n")
            if not self._within_line and self.fence.closed_by(line):
                return "", "\n".join([*lines[number + 1 :], last])
            shown.append(self._plain(line) + "\n")
            self._within_line = False
        shown.append(self._unfinished(last))
        self.shown.append("".join(shown))
        return self.shown[-1], None

    def _unfinished(self, line: str) -> str:
        if not self._within_line and len(line) < MAX_HELD and self.fence.may_close(line):
            self._held = line
            return ""
        self._source.append(line)
        plain, self._within_line = self._plain(line), True
        return plain

    def _plain(self, line: str) -> str:
        return line if self._within_line else self.fence.unindented(line)


class Overlong:
    """A list, table or paragraph of more than 8 kB: what comes is shown as it is written until the block closes.

    Looking for its end must not cost more the longer it gets: only a line that stands at the margin after a blank
    one is a reason to parse it all again, and after a vain attempt only once it has grown to twice its length.
    """

    after = "</p>"

    def __init__(self, source: str, rendered: str, plain: str) -> None:
        self.before = f'{rendered}<p data-open dir="auto">'
        self.shown = [plain]
        self._source = [source]
        self._length = len(source)
        self._try_at = 0
        first = source.lstrip()[:1]
        self._own = "0123456789" if first.isdigit() else first if first in "-+*" else ""
        self._after_blank, self._line = False, source[source.rfind("\n") + 1 :][:1]
        self._blank = not source[source.rfind("\n") + 1 :].strip()

    @property
    def source(self) -> str:
        return "".join(self._source)

    def take(self, new: str) -> bool:
        """Whether the block may have closed."""
        self._source.append(new)
        self.shown.append(new)
        self._length += len(new)
        return self._at_margin(new) and self._length >= self._try_at

    def still_open(self) -> None:
        self._try_at = 2 * self._length

    def _at_margin(self, new: str) -> bool:
        found = False
        *lines, last = new.split("\n")
        for line in lines:
            self._see(line)
            found = found or (self._after_blank and not self._blank and self._is_foreign())
            self._after_blank, self._line, self._blank = self._blank, "", True
        self._see(last)
        return found

    def _see(self, piece: str) -> None:
        self._line = self._line or piece[:1]
        self._blank = self._blank and not piece.strip()

    def _is_foreign(self) -> bool:
        return not self._line.isspace() and self._line not in self._own


Tail = InFence | Overlong


def tail_html(tail: Tail) -> str:
    if len(tail.shown) > 1:
        tail.shown = ["".join(tail.shown)]
    return tail.before + escape("".join(tail.shown), quote=False) + tail.after
