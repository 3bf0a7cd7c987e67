"""The site as `make run` starts it."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.site import ROOT, eventually, free_port


class Trial:
    """A running `manage.py trial`. `output`: everything that it prints."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, output_file: Path) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._output_file = output_file

    @property
    def output(self) -> str:
        return self._output_file.read_text()

    def is_healthy(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/healthz").status_code == 200
        except httpx2.HTTPError:
            return False

    def descendants(self) -> list[int]:
        return descendants(self.process.pid)


@contextmanager
def running_trial(folder: Path, *parent_command: str, **settings: str):
    """Start the site with its database in `folder`, if asked as a child of another command; ends it afterwards."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'trial.sqlite3'}",
        "SECRET_KEY": "s" * 50,
        "DEBUG": "on",
        "ANTHROPIC_API_KEY": "",
        "DRAIN_SECONDS": "1",
        **settings,
    }
    command = [*parent_command, sys.executable, "manage.py", "trial", "--port", str(port), "--with-parent"]
    output_file = folder / "output"
    with output_file.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        trial = Trial(process, port, output_file)
        try:
            eventually(lambda: process.poll() is not None or trial.is_healthy(), 60)
            assert process.poll() is None, trial.output
            yield trial
        finally:
            process.kill()
            process.wait()


def descendants(pid: int) -> list[int]:
    """The children of a process, their children, and so on; Linux only."""
    children = [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [descendant for child in children for descendant in (child, *descendants(child))]


def is_running(pid: int) -> bool:
    """False also for a zombie, which has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
