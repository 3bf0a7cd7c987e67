"""A real server process for tests, and people who use it over real sockets."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
from django.conf import settings
from django.db import connection
from django.test import Client

from conversations.models import Message

ROOT = Path(__file__).resolve().parent.parent
CSRF = "c" * 32
#: A machine that runs other things as well takes its time.
START_SECONDS = 90


def database_url() -> str:
    """The test database, as another process reaches it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    login = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
    return f"postgres://{login}@{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}/{database['NAME']}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Site:
    """One uvicorn process that serves the site, with the stand-in for Claude. Settings are given as environment."""

    def __init__(self, stand_in_url: str, application: str = "chatsite.asgi:application", **environment: str) -> None:
        self.application = application
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "DATABASE_URL": database_url(),
            "SECRET_KEY": settings.SECRET_KEY,
            "DEBUG": "on",
            "ATTACHMENTS_DIR": str(settings.ATTACHMENTS_DIR),
            "ANTHROPIC_BASE_URL": stand_in_url,
            "ANTHROPIC_API_KEY": "test-key",
            # What is asked of Claude is what the tests ask; those of titles start a site of their own.
            "CHAT_TITLE_MODEL": "",
            "NO_PROXY": "127.0.0.1",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.visitors: list[Visitor] = []

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the site was not started"
        return self._process

    def start(self) -> "Site":
        command = [sys.executable, "-m", "chatsite.server", self.application, "--port", str(self.port)]
        self._process = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=self.environment)
        try:
            eventually(self._answers, START_SECONDS)
        except BaseException:
            self.kill()
            raise
        return self

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the site did not start"
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}/healthz", verify=False).status_code == 200
        return False

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def forget_visitors(self) -> None:
        while self.visitors:
            self.visitors.pop().http.close()

    def stop(self) -> None:
        self.forget_visitors()
        if self._process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self) -> "Site":
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()


class Visitor:
    """A signed-in person's browser, without the browser."""

    def __init__(self, site: Site, user=None) -> None:
        self.http = httpx2.Client(base_url=site.url, timeout=30, verify=False)
        self.http.cookies.set("csrf", CSRF)
        self.http.headers["X-CSRFToken"] = CSRF
        site.visitors.append(self)
        if user is not None:
            client = Client()
            client.force_login(user)
            self.http.cookies.set("session", client.cookies["session"].value)

    @contextmanager
    def streaming(self, method: str, path: str, **request: Any) -> Iterator["Stream"]:
        """An open stream; leave the block to hang up."""
        headers = {"Accept": "text/event-stream", **request.pop("headers", {})}
        with self.http.stream(method, path, headers=headers, **request) as response:
            yield Stream(response)

    def asking(self, text: str, conversation=None, **fields: Any) -> AbstractContextManager["Stream"]:
        """An open stream of the reply to a question."""
        path = f"/conversations/{conversation}/messages/" if conversation else "/conversations/"
        return self.streaming("POST", path, data={"text": text, **fields})

    def ask(self, text: str, conversation=None, **fields: Any) -> "Stream":
        """Ask and read the reply to its end."""
        with self.asking(text, conversation, **fields) as stream:
            stream.read_to_end()
        return stream

    def chatting(self, message: str, **fields: Any) -> AbstractContextManager["Stream"]:
        """An open stream of the plain API."""
        return self.streaming("POST", "/api/chat", json={"message": message, **fields})

    def following(self, message) -> AbstractContextManager["Stream"]:
        return self.streaming("GET", f"/messages/{message}/reply/")

    def stop(self, message) -> str:
        state: str = self.http.delete(f"/messages/{message}/reply/").json()["state"]
        return state


class Stream:
    """The frames of an open stream: (name, data) pairs, read as they come."""

    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        self.frames: list[tuple[str, Any]] = []
        self._lines = response.iter_lines()

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        name = "message"
        for line in self._lines:
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data: Any = line[6:] if line == "data: [DONE]" else json.loads(line[6:])
                self.frames.append((name, data))
                yield name, data
                name = "message"

    def until(self, name: str) -> dict[str, Any]:
        """Read on to the next frame of this name."""
        for seen, data in self:
            if seen == name:
                found: dict[str, Any] = data
                return found
        raise AssertionError(f"the stream ended without {name!r}: {[seen for seen, _ in self.frames]}")

    def read_to_end(self) -> None:
        for _ in self:
            pass

    def named(self, name: str) -> list[dict[str, Any]]:
        return [data for seen, data in self.frames if seen == name]

    def until_text(self) -> None:
        """Read on until some of the reply is there."""
        next(
            data for name, data in self if name in {"tail", "commit", "append"} or data.get("tail") or data.get("text")
        )

    @property
    def text(self) -> str:
        """What the plain API has sent so far."""
        return "".join(data.get("text", "") for _, data in self.frames if data != "[DONE]")

    @property
    def start(self) -> dict[str, Any]:
        return self.named("start")[0] if self.named("start") else self.until("start")

    @property
    def end(self) -> dict[str, Any]:
        return self.named("end")[0] if self.named("end") else self.until("end")


def stored(message, seconds: float = 10) -> Message:
    """The row of a reply, once its writing is over."""
    row: Message = eventually(lambda: Message.objects.exclude(state="writing").filter(pk=message).first(), seconds)
    return row


def eventually(condition, seconds: float = 10, pause: float = 0.05):
    """Wait for a condition; returns its value. For what another process does in its own time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} seconds")
