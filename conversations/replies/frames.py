"""The frames of one reply's page: the newest are kept for readers that are behind. Used by the broadcast."""

from collections import deque
from dataclasses import dataclass, field

from conversations import markdown, sse

#: Frames that are kept for readers that are a little behind; a reader further behind gets a snapshot.
MAX_FRAMES = 256


@dataclass(slots=True)
class Frames:
    """The page's frames, encoded once; `count` is the position after the newest."""

    kept: deque[bytes] = field(default_factory=lambda: deque(maxlen=MAX_FRAMES))
    count: int = 0

    def push(self, frame: bytes) -> None:
        self.kept.append(frame)
        self.count += 1

    def since(self, position: int) -> bytes | None:
        """All frames from a position on, joined; None when some of them are no longer kept."""
        missed = self.count - position
        if missed > len(self.kept):
            return None
        return b"".join([self.kept[index] for index in range(-missed, 0)])


def encode_changes(changes: list[markdown.Commit | markdown.Tail | markdown.Append]) -> list[bytes]:
    frames = []
    for change in changes:
        match change:
            case markdown.Commit(html):
                frames.append(sse.encode_frame("commit", {"html": html}))
            case markdown.Tail(start, html):
                frames.append(sse.encode_frame("tail", {"from": start, "html": html}))
            case markdown.Append(text):
                frames.append(sse.encode_frame("append", {"text": text}))
    return frames
