"""The site, with a watch on its event loop and its log: `tests.fuzz.monitor:application` for `tests.site.Site`.

`GET /fuzz/report` returns what has been seen since the last report.
"""

import asyncio
import json
import logging
import sys
import threading
import traceback
from pathlib import Path
from time import monotonic, process_time, sleep, thread_time
from types import FrameType
from typing import Any

from chatsite.asgi import application as site

ROOT = Path(__file__).resolve().parents[2]
BEAT = 0.01
#: Seconds between two beats, and of CPU in this process meanwhile: a machine with other things to do is no fault.
MAX_GAP = 0.1


class Monitor(logging.Handler):
    """An ASGI application around the site, and a handler of its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._found: dict[str, list[Any]] = {"gaps": [], "errors": []}
        self._last_beat = 0.0
        self._place = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for logger in (logging.getLogger(), logging.getLogger("uvicorn")):
                logger.addHandler(self)
            self._beating = asyncio.create_task(self._beat())
            threading.Thread(target=self._watch, args=[threading.get_ident()], daemon=True).start()
        elif scope["path"] == "/fuzz/report":
            body = json.dumps(self._found).encode()
            self._found = {"gaps": [], "errors": []}
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": body})
            return
        await site(scope, receive, send)

    async def _beat(self) -> None:
        while True:
            self._last_beat, spent, in_loop = monotonic(), process_time(), thread_time()
            await asyncio.sleep(BEAT)
            gap, cpu = monotonic() - self._last_beat, process_time() - spent
            if min(gap, cpu) > MAX_GAP:
                looped = thread_time() - in_loop
                self._found["gaps"].append({"seconds": gap, "cpu": cpu, "loop": looped, "place": self._place})
            self._place = ""

    def _watch(self, loop_thread: int) -> None:
        """Note where the event loop is when a beat is late, and if it is nowhere, where the other threads are."""
        while True:
            sleep(BEAT)
            if monotonic() - self._last_beat > MAX_GAP and not self._place:
                frames = sys._current_frames()
                places = [find_place(frames.pop(loop_thread)), *sorted(map(find_place, frames.values()))]
                self._place = next(filter(None, places), "unknown")

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and (error := record.exc_info[1]):
            frames = traceback.extract_tb(error.__traceback__)
            ours = [f"{Path(frame.filename).name}:{frame.name}" for frame in frames if is_ours(frame.filename)]
            error_type = type(error).__name__
            self._found["errors"].append(
                {"error": f"{error_type} in {ours[-1] if ours else record.name}", "text": str(error)}
            )


def find_place(frame: FrameType | None) -> str:
    """The innermost function of the site; none for a thread that does nothing for it."""
    while frame is not None:
        if is_ours(frame.f_code.co_filename):
            return f"{Path(frame.f_code.co_filename).name}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return ""


def is_ours(filename: str) -> bool:
    return filename.startswith((f"{ROOT}/conversations/", f"{ROOT}/chatsite/")) and "/server/" not in filename


application = Monitor()
