"""The site installed as docs/running-it.md describes, in a temporary folder instead of /srv/chatsite."""

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.system_calls import system_call_filter
from tests.packages import program
from tests.site import ROOT, free_port

DEPLOY = ROOT / "deploy"
MANUAL = (ROOT / "docs/running-it.md").read_text()
UNIT = (DEPLOY / "chatsite@.service").read_text()
HOST = "chat.example.com"
ADMIN, PASSWORD = "you@example.com", "the harbour is calm at dawn"


def value_of(unit: str, name: str) -> str:
    """The value of `Name=value` in a systemd unit."""
    line = re.search(rf"(?m)^{name}=(.+)$", unit)
    assert line, name
    return line[1]


def replace_all(text: str, replacements: dict[str, str]) -> str:
    """Replace ports and paths in the text of a file in deploy/; each of them must occur."""
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class Installation:
    """A copy of the tree with the `.env` of the manual, and the processes of the site."""

    def __init__(self, folder: Path, database: str, claude: str) -> None:
        self.folder = folder
        self.ports = (free_port(), free_port())
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self._copy_tree()
        (folder / ".env").write_text(self._env_file(database, claude))

    def _copy_tree(self) -> None:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, listed.split("\0")):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.folder / name)
        (self.folder / ".venv").symlink_to(sys.prefix)

    def _env_file(self, database: str, claude: str) -> str:
        block = re.search(r"```ini\n(SECRET_KEY=.*?)```", MANUAL, re.DOTALL)
        assert block, "the manual shows no .env"
        values = {"SECRET_KEY": secrets.token_urlsafe(50), "DATABASE_URL": database, "ANTHROPIC_API_KEY": "a-key"}
        text = block[1]
        for name, value in values.items():
            text, times = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", text)
            assert times == 1, name
        return f"{text}ANTHROPIC_BASE_URL={claude}\nDRAIN_SECONDS=2\n"

    def environment(self, **more: str) -> dict[str, str]:
        """Without any setting of the tests: `.env` must be sufficient."""
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **more}

    def command(self, line: str, port: int = 0) -> list[str]:
        return shlex.split(line.replace("/srv/chatsite", str(self.folder)).replace("%i", str(port)))

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.folder / ".venv/bin/python"), "manage.py", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment(**environment), capture_output=True, text=True
        )

    def start(self, port: int, **environment: str) -> None:
        """Start a process as systemd does; returns when ExecStartPost has succeeded."""
        command = self.command(value_of(UNIT, "ExecStart"), port)
        self.processes[port] = subprocess.Popen(
            command, cwd=self.folder, env=self.environment(**environment), preexec_fn=system_call_filter(UNIT)
        )
        program("curl", "curl")
        subprocess.run(self.command(value_of(UNIT, "ExecStartPost"), port), check=True)

    def stop(self, port: int) -> None:
        """Stop a process as systemd does, within TimeoutStopSec."""
        process = self.processes.pop(port)
        process.terminate()
        try:
            process.wait(float(value_of(UNIT, "TimeoutStopSec")))
        finally:
            process.kill()
            process.wait()

    def restart(self, port: int) -> None:
        self.stop(port)
        self.start(port)

    @contextmanager
    def running(self) -> Iterator["Installation"]:
        try:
            for port in self.ports:
                self.start(port)
            yield self
        finally:
            for process in self.processes.values():
                process.terminate()
            for port in list(self.processes):
                self.stop(port)
