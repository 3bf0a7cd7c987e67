"""What the worker finds out about a file."""

from dataclasses import dataclass


class Unreadable(Exception):
    """A file that cannot be attached. `code` names the reason, `limit` what would be allowed, `count` what it has."""

    def __init__(self, code: str, *, limit: int = 0, count: int = 0) -> None:
        super().__init__(code)
        self.code, self.limit, self.count = code, limit, count


@dataclass(frozen=True, slots=True)
class Facts:
    """A file that can be attached. `has_sent`, `has_thumbnail`: whether the worker wrote these beside it."""

    kind: str
    media_type: str
    sent_media_type: str
    tokens: int
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    has_sent: bool = False
    has_thumbnail: bool = False
