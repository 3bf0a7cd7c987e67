"""The stand-in as a child process, for tests: `with StandIn(rate=0) as upstream: … upstream.url`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parents[2]
PROMISE = "stand-in listening on "


class StandIn:
    def __init__(self, *options: str, rate: float = 40.0, port: int = 0) -> None:
        self._command = [
            sys.executable,
            "-m",
            "chatsite.standin",
            "--with-parent",
            f"--rate={rate}",
            f"--port={port}",
        ]
        self._command += options
        self._http = build_opener(ProxyHandler({}))
        self.url = ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Returns when it listens; raises with its last words if it does not."""
        self.launch()
        return self.wait_until_listening()

    def launch(self) -> None:
        """Does not wait for it, for who has something else to do meanwhile."""
        pipe = subprocess.PIPE
        # A group of its own: Ctrl-C is for the server, whose replies are still being answered while it drains.
        self.process = subprocess.Popen(  # noqa: S603 (our own module, our own options)
            self._command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, process_group=0
        )

    def wait_until_listening(self) -> Self:
        line = self.process.stdout.readline().strip() if self.process.stdout else ""
        if not line.startswith(PROMISE):
            self.stop()
            raise RuntimeError(f"the stand-in did not start: {line!r}")
        self.url = line.removeprefix(PROMISE)
        return self

    def stop(self) -> None:
        """Ends it at once; harmless when it has ended already."""
        self.process.terminate()
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def recorded(self, match: str | None = None, *, last: bool = False) -> list[dict[str, Any]]:
        """What it was asked since the last reset, oldest first; README.md names the fields."""
        query = ({"match": match} if match is not None else {}) | ({"last": "1"} if last else {})
        records: list[dict[str, Any]] = self._ask("GET", f"/recorded?{urlencode(query)}")
        return records

    def open(self) -> int:
        """How many requests it is answering right now."""
        return int(self._ask("GET", "/recorded/open")["open"])

    def reset(self) -> None:
        """Forgets what was recorded, failures counted and prompts cached; open streams go on."""
        self._ask("DELETE", "/recorded")

    def _ask(self, method: str, path: str) -> Any:
        request = Request(self.url + path, method=method)  # noqa: S310 (always http, on loopback)
        with self._http.open(request, timeout=10) as response:
            return json.load(response)
