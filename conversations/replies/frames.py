"""The frames of one reply's page: the newest are kept for readers that are behind. Used by the broadcast."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self

from conversations import markdown, sse
from conversations.models import ToolCall
from conversations.models.content import Content, is_server_error

State = ToolCall.State

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


@dataclass(frozen=True, slots=True)
class ToolStatus:
    """One use of a tool, as readers are told of it while the answer is written.

    `title` is empty for a tool of Claude's API, whose `name` each page translates.
    """

    id: str
    name: str
    title: str
    state: str

    @classmethod
    def of_call(cls, call: ToolCall) -> Self:
        return cls(str(call.pk), call.tool, call.title, call.state)

    @classmethod
    def of_server_block(cls, block: dict[str, Any], content: Content) -> Self | None:
        """The use of a tool of Claude's API that a block begins or ends; it runs until its result comes.

        None where the content does not have the use.
        """
        is_use = block["type"] == "server_tool_use"
        pk = block.get("id" if is_use else "tool_use_id")
        state = State.RUNNING if is_use else State.FAILED if is_server_error(block) else State.DONE
        uses = (use for use in content if use.get("type") == "server_tool_use" and use.get("id") == pk)
        return next((cls(str(pk), str(use.get("name")), "", state) for use in uses), None)


@dataclass(slots=True)
class ToolFrames:
    """The frames of uses of tools: for the page the newest of each, for programs all of them, in order."""

    states: dict[str, bytes] = field(default_factory=dict)
    plain: list[bytes] = field(default_factory=list)

    def show(self, status: ToolStatus, row: int) -> bytes:
        """Note the state of a use, and return the page's frame; `row`: the place of the use in the text."""
        data = {"id": status.id, "title": status.title, "state": status.state, "name": status.name}
        self.plain.append(sse.encode_plain_frame({"text": "", "tool": data}))
        self.states[status.id] = sse.encode_frame("tool", data | {"row": row})
        return self.states[status.id]

    @property
    def newest(self) -> bytes:
        return b"".join(self.states.values())


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
