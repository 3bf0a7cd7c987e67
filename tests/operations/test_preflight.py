"""What `make run` checks before it installs anything, and the sentences that say what is missing."""

import importlib.util
import socket
import subprocess
import sys

import pytest

from chatsite.operations import preflight
from tests.site import ROOT

NEEDED_FILES = [
    "Makefile",
    "chatsite/__init__.py",
    "chatsite/operations/__init__.py",
    "chatsite/operations/preflight.py",
]


@pytest.fixture
def checkout(tmp_path):
    """The files of a fresh checkout that `make run` reads before it does anything."""
    (tmp_path / "chatsite/operations").mkdir(parents=True)
    for name in NEEDED_FILES:
        (tmp_path / name).write_text((ROOT / name).read_text())
    return tmp_path


def make_run(folder, **variables):
    command = ["make", "run", *(f"{name}={value}" for name, value in variables.items())]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_a_taken_port_is_reported_before_any_work(checkout):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = make_run(checkout, PYTHON=sys.executable, PORT=port)
    assert process.returncode != 0
    assert f"Port {port} cannot be used" in process.stderr
    assert {path.name for path in checkout.iterdir()} == {"Makefile", "chatsite"}


def test_a_missing_python_is_reported_with_the_line_that_installs_it(checkout):
    process = make_run(checkout, PYTHON="no-such-python")
    assert process.returncode != 0
    assert "apt-get install python3 python3-venv" in process.stderr


def test_an_old_python_is_reported(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert "Python 3.11 or newer is needed" in preflight.find_python_problem()


def test_a_python_without_venv_is_reported_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in preflight.find_python_problem()


@pytest.mark.parametrize("port", ["0", "65536", "", "http", "-1", "²", "9" * 5000])
def test_a_port_that_does_not_exist_is_reported(checkout, port):
    process = make_run(checkout, PYTHON=sys.executable, PORT=port)
    assert process.returncode != 0
    assert process.stderr.startswith("PORT must be a whole number from 1 to 65535")
