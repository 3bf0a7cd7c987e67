"""Open blocks whose new text is appended unrendered until they close: fenced code, and very long blocks.

`incremental` creates and extends them.
"""

from html import escape

from conversations.markdown.blocks import OpeningFence
from conversations.markdown.code import CODE_BLOCK_END, code_block_start
from conversations.markdown.marks import remove_marks
from conversations.markdown.nested_fences import find_level_change, holds_markdown

MAX_HELD_BACK = 200


class PlainBlock:
    """An open block, shown as HTML with plain text at its end, in an element marked `data-open`."""

    def __init__(self, source: str, before: str, shown: str, after: str) -> None:
        self._source = [source]
        self._before = before
        self._shown = [shown]
        self._after = after

    @property
    def source(self) -> str:
        return "".join(self._source)

    def may_close_with(self, text: str) -> bool:
        """Whether this text can close the block, which is then rendered."""
        raise NotImplementedError

    def html(self) -> str:
        shown = "".join(self._shown)
        self._shown = [shown]
        return self._before + escape(remove_marks(shown), quote=False) + self._after


class FencedCode(PlainBlock):
    """A fenced code block: its lines are shown as they come. Highlighting needs the whole block."""

    def __init__(self, fence_line: str, fence: OpeningFence) -> None:
        start = code_block_start(remove_marks(fence.info), " data-open")
        super().__init__(fence_line, start, "", CODE_BLOCK_END)
        self._fence = fence
        self._holds_markdown = holds_markdown(fence.info)
        self._level = 1  # of fences inside each other
        self._held_back = ""  # the last line, while it can still become the closing fence
        self._is_within_line = False  # whether the beginning of the last line is shown

    @property
    def source(self) -> str:
        return super().source + self._held_back

    def may_close_with(self, text: str) -> bool:
        return self._fence.marker[0] in self._held_back + text

    def append(self, text: str) -> tuple[str, str | None]:
        """Return the text to show, and the text after the closing fence, or None while the block is open."""
        *lines, last = (self._held_back + text).split("\n")
        self._held_back = ""
        shown = []
        for index, line in enumerate(lines):
            self._source.append(f"{line}\n")
            if not self._is_within_line:
                if self._holds_markdown:
                    self._level += find_level_change(line, self._fence.marker)
                if self._fence.is_closed_by(line) and (not self._holds_markdown or not self._level):
                    return "", "\n".join([*lines[index + 1 :], last])
            shown.append(self._remove_indent(line) + "\n")
            self._is_within_line = False
        may_be_fence = self._fence.may_be_closed_by(last) or (
            self._holds_markdown and last.lstrip(" ").startswith(self._fence.marker)
        )
        if not self._is_within_line and len(last) < MAX_HELD_BACK and may_be_fence:
            self._held_back = last
        else:
            self._source.append(last)
            shown.append(self._remove_indent(last))
            self._is_within_line = True
        self._shown.append("".join(shown))
        return self._shown[-1], None

    def _remove_indent(self, line: str) -> str:
        return line if self._is_within_line else self._fence.remove_indent(line)


class LongBlock(PlainBlock):
    """A list, table or paragraph of more than 8 kB, rendered up to here: what follows is shown as it is written.

    To see whether it has closed, all of it must be parsed. That is done only after a line that begins at the margin
    and follows a blank line, and after a failed attempt only when the block has doubled in length.
    """

    def __init__(self, source: str, rendered: str, plain: str) -> None:
        super().__init__(source, f'{rendered}<p data-open dir="auto">', plain, "</p>")
        self._length = len(source)
        self._min_length_to_check = 0
        first = source.lstrip()[:1]
        if first.isdigit():
            self._item_markers = "0123456789"
        else:
            self._item_markers = first if first in "-+*" else ""
        last_line = source[source.rfind("\n") + 1 :]
        self._follows_blank_line = False
        self._first_character = last_line[:1]
        self._is_blank = not last_line.strip()

    def may_close_with(self, text: str) -> bool:
        return "\n" in text

    def append(self, text: str) -> bool:
        """Return whether the block may have closed, so that it is worth parsing."""
        self._source.append(text)
        self._shown.append(text)
        self._length += len(text)
        if not self._has_line_at_margin(text) or self._length < self._min_length_to_check:
            return False
        self._min_length_to_check = 2 * self._length
        return True

    def _has_line_at_margin(self, text: str) -> bool:
        """Whether the text completes a line that begins at the margin after a blank line and is no item of the list."""
        found = False
        *complete, last = text.split("\n")
        for piece in complete:
            self._extend_line(piece)
            if self._follows_blank_line and not self._is_blank:
                is_at_margin = not self._first_character.isspace()
                found = found or (is_at_margin and self._first_character not in self._item_markers)
            self._follows_blank_line, self._first_character, self._is_blank = self._is_blank, "", True
        self._extend_line(last)
        return found

    def _extend_line(self, piece: str) -> None:
        self._first_character = self._first_character or piece[:1]
        self._is_blank = self._is_blank and not piece.strip()
