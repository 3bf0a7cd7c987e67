"""What the stand-in was asked, what it sent, and when its client went away: read at `/recorded`."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

MAX_TEXT = 1_000_000
MAX_RECORDS = 20_000
NUMBERS = count(1)


def now() -> dict[str, float]:
    """Both clocks: the monotonic one is the same in every process of a machine."""
    return {"monotonic": time.monotonic(), "wall": time.time()}


@dataclass
class Record:
    path: str
    headers: dict[str, str]
    keeps: bool
    peer: str = ""
    id: str = field(default_factory=lambda: f"req_standin{next(NUMBERS):08d}")
    body: Any = None
    question: str = ""
    answer: str = ""
    status: int | None = None
    text_deltas: int = 0
    usage: dict[str, Any] | None = None
    started: dict[str, float] = field(default_factory=now)
    finished: dict[str, float] | None = None
    gone_at: dict[str, float] | None = None
    ended: str | None = None
    _texts: list[str] = field(default_factory=list)
    _length: int = 0

    def sent(self, text: str, deltas: int) -> None:
        self.text_deltas += deltas
        if self.keeps and self._length < MAX_TEXT:
            self._length += len(text)
            self._texts.append(text)

    def gone(self) -> None:
        """The client went away before the answer was over."""
        if self.ended is None:
            self.ended, self.gone_at = "client_gone", now()

    def as_json(self) -> dict[str, Any]:
        names = (
            "id", "path", "peer", "headers", "body", "question", "answer", "status", "text_deltas", "usage",
            "started", "finished", "gone_at", "ended",
        )  # fmt: skip
        text = "".join(self._texts) if self.keeps and self._length < MAX_TEXT else None
        return {name: getattr(self, name) for name in names} | {"text": text}


class Book:
    """All requests since the last reset; without bodies and texts when `keeps` is off."""

    def __init__(self, *, keeps: bool) -> None:
        self.keeps = keeps
        self.running: set[str] = set()
        self._records: deque[Record] = deque(maxlen=MAX_RECORDS)

    def open(self, path: str, headers: dict[str, str], peer: str) -> Record:
        record = Record(path, headers if self.keeps else {}, self.keeps, peer)
        self._records.append(record)
        self.running.add(record.id)
        return record

    def close(self, record: Record) -> None:
        record.finished = now()
        self.running.discard(record.id)

    def matching(self, text: str | None, *, last: bool) -> list[dict[str, Any]]:
        found = [record for record in self._records if text is None or text in record.question]
        return [record.as_json() for record in (found[-1:] if last else found)]

    def clear(self) -> None:
        self._records.clear()
