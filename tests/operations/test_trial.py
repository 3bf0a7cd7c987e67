"""The commands for trying the site: trial, demo and runserver."""

import re
import signal
import sqlite3
import sys
from contextlib import closing
from io import StringIO

import httpx2
import pytest
from django.core.management import CommandError, call_command

from chatsite.accounts.models import User
from tests.conftest import PASSWORD
from tests.operations.trial import is_running, running_trial
from tests.site import eventually

STREAM = {"Accept": "text/event-stream"}


def output_of(command, *arguments):
    output = StringIO()
    call_command(command, *arguments, stdout=output)
    return output.getvalue()


def passwords_in(output):
    """The passwords that the demo command prints, by e-mail address."""
    return dict(re.findall(r"(\S+@example\.com) +(\S+)", output))


def test_the_demo_team_signs_in_with_the_passwords_it_prints(db, client):
    passwords = passwords_in(output_of("demo"))

    assert set(passwords) == set(User.objects.values_list("email", flat=True))
    assert list(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == ["alice@example.com"]
    for email, password in passwords.items():
        assert client.post("/accounts/login/", {"login": email, "password": password}).status_code == 302
        client.logout()


def test_there_is_no_demo_team_if_there_are_accounts(bob):
    assert "no demo team" in output_of("demo")
    assert list(User.objects.all()) == [bob]
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_runserver_names_the_command_to_run_instead():
    with pytest.raises(CommandError, match="make run"):
        call_command("runserver", "0.0.0.0:8000", "--noreload")


def test_trial_refuses_to_run_with_debug_off(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("trial")


def test_without_a_key_the_stand_in_answers_and_terminal_and_page_say_so(tmp_path):
    with running_trial(tmp_path) as trial:
        assert "stand-in" in trial.output
        with httpx2.Client(base_url=trial.url, timeout=30) as browser:
            browser.get("/accounts/login/")
            browser.headers["X-CSRFToken"] = browser.cookies["csrf"]
            bobs_sign_in = {"login": "bob@example.com", "password": passwords_in(trial.output)["bob@example.com"]}
            assert browser.post("/accounts/login/", data=bobs_sign_in).status_code == 302
            browser.headers["X-CSRFToken"] = browser.cookies["csrf"]
            page = browser.get("/").text
            stream = browser.post("/conversations/", data={"text": "[[echo:Hello]]"}, headers=STREAM).text
    assert "Answers here are made up" in page
    assert '"state":"complete"' in stream.replace(" ", "")
    assert "Hello" in stream


def test_with_a_key_there_is_no_stand_in(tmp_path):
    with running_trial(tmp_path, ANTHROPIC_API_KEY="a-key") as trial:
        assert "stand-in" not in trial.output
        assert trial.descendants() == []


def test_the_stand_in_ends_when_the_server_is_killed(tmp_path):
    with running_trial(tmp_path) as trial:
        [stand_in] = trial.descendants()
        trial.process.kill()
        eventually(lambda: not is_running(stand_in))


def test_server_and_stand_in_end_when_their_parent_is_killed(tmp_path):
    parent_command = [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])"]
    with running_trial(tmp_path, *parent_command) as trial:
        server_and_stand_in = trial.descendants()
        assert len(server_and_stand_in) == 2
        trial.process.kill()
        eventually(lambda: not any(is_running(pid) for pid in server_and_stand_in))


def test_ctrl_c_ends_server_and_stand_in_without_a_traceback(tmp_path):
    with running_trial(tmp_path) as trial:
        [stand_in] = trial.descendants()
        trial.process.send_signal(signal.SIGINT)
        trial.process.wait(20)
        eventually(lambda: not is_running(stand_in))
    assert "Traceback" not in trial.output


def test_a_second_start_changes_no_data(tmp_path):
    dumps = []
    for _ in range(2):
        with running_trial(tmp_path, ANTHROPIC_API_KEY="a-key"):
            pass
        with closing(sqlite3.connect(tmp_path / "trial.sqlite3")) as database:
            dumps.append(list(database.iterdump()))
    assert dumps[0] == dumps[1]
