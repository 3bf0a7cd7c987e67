"""Records what the stand-in received, what it sent, and when its client left. `GET /recorded` returns it."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

MAX_TEXT = 1_000_000
MAX_RECORDS = 20_000
REQUEST_NUMBERS = count(1)


def read_clocks() -> dict[str, float]:
    """Return both clocks, in seconds. The monotonic one is the same in every process of a machine."""
    return {"monotonic": time.monotonic(), "wall": time.time()}


@dataclass
class Record:
    """One request and its answer. The names of its fields are those of the JSON at `/recorded`."""

    path: str
    headers: dict[str, str]
    keeps_content: bool
    peer: str = ""
    id: str = field(default_factory=lambda: f"req_standin{next(REQUEST_NUMBERS):08d}")
    body: Any = None
    question: str = ""
    answer: str = ""
    status: int | None = None
    text_deltas: int = 0
    usage: dict[str, Any] | None = None
    started: dict[str, float] = field(default_factory=read_clocks)
    finished: dict[str, float] | None = None
    gone_at: dict[str, float] | None = None
    ended: str | None = None
    _texts: list[str] = field(default_factory=list)
    _length: int = 0

    def add_text(self, text: str, deltas: int) -> None:
        self.text_deltas += deltas
        if self.keeps_content and self._length < MAX_TEXT:
            self._length += len(text)
            self._texts.append(text)

    def mark_client_gone(self) -> None:
        """Note that the client left, unless the answer had ended before."""
        if self.ended is None:
            self.ended, self.gone_at = "client_gone", read_clocks()

    def as_json(self) -> dict[str, Any]:
        names = (
            "id",
            "path",
            "peer",
            "headers",
            "body",
            "question",
            "answer",
            "status",
            "text_deltas",
            "usage",
            "started",
            "finished",
            "gone_at",
            "ended",
        )
        has_text = self.keeps_content and self._length < MAX_TEXT
        return {name: getattr(self, name) for name in names} | {"text": "".join(self._texts) if has_text else None}


class RequestLog:
    """The records of all requests since it was cleared. Without `keeps_content` they have no headers, bodies, texts."""

    def __init__(self, *, keeps_content: bool) -> None:
        self._keeps_content = keeps_content
        self._records: deque[Record] = deque(maxlen=MAX_RECORDS)
        self._open: set[str] = set()

    @property
    def open_count(self) -> int:
        """How many requests are being answered."""
        return len(self._open)

    def begin(self, path: str, headers: dict[str, str], peer: str) -> Record:
        record = Record(path, headers if self._keeps_content else {}, self._keeps_content, peer)
        self._records.append(record)
        self._open.add(record.id)
        return record

    def end(self, record: Record) -> None:
        record.finished = read_clocks()
        self._open.discard(record.id)

    def find(self, text: str | None) -> list[Record]:
        """Return the records whose question contains the text, or all of them, oldest first."""
        return [record for record in self._records if text is None or text in record.question]

    def clear(self) -> None:
        self._records.clear()
