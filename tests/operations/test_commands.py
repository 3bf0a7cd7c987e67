"""The commands that somebody who tries the site meets: demo, trial, runserver; and what a machine may lack."""

import importlib.util
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import httpx2
import pytest
from django.core.management import CommandError, call_command

from chatsite.accounts.models import User
from chatsite.operations import preflight as machine
from tests.conftest import PASSWORD
from tests.site import ROOT, eventually, free_port

STREAM = {"Accept": "text/event-stream"}


def said_by(command, *arguments):
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def environment(folder, **settings):
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'trial.sqlite3'}",
        "SECRET_KEY": "s" * 50,
        "DEBUG": "on",
        "ANTHROPIC_API_KEY": "",
        "DRAIN_SECONDS": "1",
        **settings,
    }


@contextmanager
def trial(folder, *parent, **settings):
    """The site as `make run` starts it, below `parent` if one is given: yields the process, its port, what it says."""
    port = free_port()
    command = [*parent, sys.executable, "manage.py", "trial", "--port", str(port), "--with-parent"]
    said = folder / "said"
    with said.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, **settings), stdout=output, stderr=output)
        try:
            eventually(lambda: process.poll() is not None or answers(port), 60)
            assert process.poll() is None, said.read_text()
            yield process, port, said.read_text()
        finally:
            process.kill()
            process.wait()


def answers(port):
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx2.HTTPError:
        return False


def descendants(pid):
    """Everything below a process, as Linux tells."""
    children = [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [below for child in children for below in (child, *descendants(child))]


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_demo_team_signs_in_with_the_passwords_it_prints(db, client):
    people = dict(re.findall(r"(\S+@example\.com) +(\S+)", said_by("demo")))

    assert set(people) == set(User.objects.values_list("email", flat=True))
    assert list(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == ["alice@example.com"]
    for email, password in people.items():
        assert client.post("/accounts/login/", {"login": email, "password": password}).status_code == 302
        client.logout()


def test_no_demo_team_where_there_is_anybody(bob):
    assert "no demo team" in said_by("demo")
    assert list(User.objects.all()) == [bob]
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_runserver_says_what_to_run_instead():
    with pytest.raises(CommandError, match="make run"):
        call_command("runserver", "0.0.0.0:8000", "--noreload")


def test_trial_is_refused_where_debug_is_off(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("trial")


def test_without_a_key_the_stand_in_answers_and_terminal_and_page_say_so(tmp_path):
    with trial(tmp_path) as (_process, port, said):
        assert "stand-in" in said
        email, password = re.findall(r"(\S+@example\.com) +(\S+)", said)[1]
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as browser:
            browser.get("/accounts/login/")
            browser.headers["X-CSRFToken"] = browser.cookies["csrf"]
            assert browser.post("/accounts/login/", data={"login": email, "password": password}).status_code == 302
            browser.headers["X-CSRFToken"] = browser.cookies["csrf"]
            assert "Answers here are made up" in browser.get("/").text
            reply = browser.post("/conversations/", data={"text": "[[echo:Hello]]"}, headers=STREAM).text
    assert '"state":"complete"' in reply.replace(" ", "")
    assert "Hello" in reply


def test_with_a_key_there_is_no_stand_in(tmp_path):
    with trial(tmp_path, ANTHROPIC_API_KEY="a-key") as (process, _port, said):
        assert "stand-in" not in said
        assert descendants(process.pid) == []


def test_the_stand_in_ends_when_the_server_is_killed(tmp_path):
    with trial(tmp_path) as (process, _port, _said):
        below = descendants(process.pid)
        assert len(below) == 1
        process.kill()
        eventually(lambda: not any(map(runs, below)))


def test_server_and_stand_in_end_when_their_parent_is_killed(tmp_path):
    parent = [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])"]
    with trial(tmp_path, *parent) as (process, _port, _said):
        below = descendants(process.pid)
        assert len(below) == 2
        process.kill()
        eventually(lambda: not any(map(runs, below)))


def test_ctrl_c_ends_everything_in_order(tmp_path):
    with trial(tmp_path) as (process, _port, _said):
        below = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        process.wait(20)
        eventually(lambda: not any(map(runs, below)))
    assert "Traceback" not in (tmp_path / "said").read_text()


def test_a_second_start_changes_no_data(tmp_path):
    kept = []
    for _ in range(2):
        with trial(tmp_path, ANTHROPIC_API_KEY="a-key"):
            pass
        with closing(sqlite3.connect(tmp_path / "trial.sqlite3")) as database:
            kept.append(list(database.iterdump()))
    assert kept[0] == kept[1]


@pytest.fixture
def checkout(tmp_path):
    """As much of a fresh checkout as `make run` reads before it does anything."""
    (tmp_path / "chatsite/operations").mkdir(parents=True)
    for name in (
        "Makefile",
        "chatsite/__init__.py",
        "chatsite/operations/__init__.py",
        "chatsite/operations/preflight.py",
    ):
        (tmp_path / name).write_text((ROOT / name).read_text())
    return tmp_path


def make_run(folder, **variables):
    command = ["make", "run", *(f"{name}={value}" for name, value in variables.items())]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_a_taken_port_is_said_before_any_work(checkout):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = make_run(checkout, PYTHON=sys.executable, PORT=port)
    assert run.returncode != 0
    assert f"Port {port} cannot be used" in run.stderr
    assert {path.name for path in checkout.iterdir()} == {"Makefile", "chatsite"}


def test_a_missing_python_is_named_with_the_line_that_installs_it(checkout):
    run = make_run(checkout, PYTHON="python-of-nobody")
    assert run.returncode != 0
    assert "apt-get install python3 python3-venv" in run.stderr


def test_an_old_python_is_told_so(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert "Python 3.11 or newer is needed" in machine.python_fault()


def test_a_python_without_venv_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in machine.python_fault()


@pytest.mark.parametrize("port", ["0", "65536", "", "http", "-1", "²", "9" * 5000])
def test_a_port_that_cannot_be_is_refused(checkout, port):
    run = make_run(checkout, PYTHON=sys.executable, PORT=port)
    assert run.returncode != 0
    assert run.stderr.startswith("PORT must be a whole number from 1 to 65535")
