"""The text of one reply as it grows, with its marks, and how far it is rendered."""

from conversations import markdown


class MarkedText:
    """The pieces of a text. Between them are the marks of its citations, and the places of its tools."""

    def __init__(self, text: str) -> None:
        self.pieces: list[str] = [text] if text else []
        self.length = len(text)
        #: How many places for tools there are.
        self.tools_begun = 0
        self._rendered = 0
        # The marks that are not rendered yet, each with the number of pieces before it; empty for tools.
        self._marks: list[tuple[int, tuple[int, ...]]] = []

    def write(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)

    def cite(self, numbers: tuple[int, ...]) -> None:
        """Mark what is written by now with the numbers of the sources that it cites; shown with the next piece."""
        self._marks.append((len(self.pieces), numbers))

    def begin_tools(self) -> None:
        """Leave a place for tools after what is written by now, and before what follows."""
        self.tools_begun += 1
        self._marks.append((len(self.pieces), ()))

    def is_behind(self, count: int) -> bool:
        """Whether so many pieces, with their marks, are not all rendered."""
        return self._rendered < count or (bool(self._marks) and self._marks[0][0] <= count)

    def write_to(self, renderer: markdown.IncrementalRenderer) -> None:
        """Give a renderer all that it does not have yet."""
        for position, numbers in self._marks:
            renderer.write("".join(self.pieces[self._rendered : position]), numbers)
            if not numbers:
                renderer.begin_tools()
            self._rendered = position
        renderer.write("".join(self.pieces[self._rendered :]))
        self._rendered = len(self.pieces)
        self._marks.clear()
