"""Runs the stand-in as a child process, for `trial` and for tests: `with StandIn(rate=0) as stand_in: stand_in.url`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import chatsite

# `python -m` imports the package from the working directory, which may be any other one.
SOURCE_DIRECTORY = Path(chatsite.__file__).resolve().parent.parent
LISTENING = "stand-in listening on "
STOP_SECONDS = 10


class StandIn:
    def __init__(self, *options: str, rate: float = 40.0, port: int = 0) -> None:
        module = [sys.executable, "-m", "chatsite.standin"]
        self._command = [*module, "--with-parent", f"--rate={rate}", f"--port={port}", *options]
        self._http = build_opener(ProxyHandler({}))  # never through a proxy of the environment
        self.url = ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start it and return when it listens; raise RuntimeError if it does not."""
        self.launch()
        return self.wait_until_listening()

    def launch(self) -> None:
        """Start it and return at once."""
        # A process group of its own: Ctrl-C must not reach it, because the server still drains its replies.
        self.process = subprocess.Popen(  # noqa: S603 (our own module, our own options)
            self._command,
            cwd=SOURCE_DIRECTORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def wait_until_listening(self) -> Self:
        line = self.process.stdout.readline().strip() if self.process.stdout else ""
        if not line.startswith(LISTENING):
            self.stop()
            raise RuntimeError(f"the stand-in did not start: {line!r}")
        self.url = line.removeprefix(LISTENING)
        return self

    def stop(self) -> None:
        """Stop it at once. It may have stopped already."""
        self.process.terminate()
        self.process.wait(STOP_SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def recorded(self, match: str | None = None, *, last: bool = False) -> list[dict[str, Any]]:
        """Return the requests since the last reset, oldest first. README.md lists their fields.

        `match` selects those whose question contains a text, `last` the newest of them.
        """
        query = {}
        if match is not None:
            query["match"] = match
        if last:
            query["last"] = "1"
        records: list[dict[str, Any]] = self._request("GET", f"/recorded?{urlencode(query)}")
        return records

    def count_open(self) -> int:
        """Return how many requests it is answering."""
        return int(self._request("GET", "/recorded/open")["open"])

    def reset(self) -> None:
        """Clear the recorded requests, the counted faults and the prompt cache. Open streams continue."""
        self._request("DELETE", "/recorded")

    def _request(self, method: str, path: str) -> Any:
        request = Request(self.url + path, method=method)  # noqa: S310 (always http, on loopback)
        with self._http.open(request, timeout=10) as response:
            return json.load(response)
