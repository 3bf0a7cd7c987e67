"""The systemd unit, as far as it can be tried without systemd; test_journey.py runs its commands."""

import json
import subprocess

import pytest
from django.conf import settings

from conversations.replies.engine import STORING_SECONDS
from tests.deploy.installation import DEPLOY, MANUAL, UNIT, changed, line_of
from tests.packages import program


@pytest.fixture
def unit(tmp_path):
    """The unit with a Python that exists, since systemd looks."""
    changes = {"/srv/chatsite/.venv/bin/python": "/bin/true", "/usr/bin/curl": "/bin/true"}
    path = tmp_path / "chatsite@.service"
    path.write_text(changed(UNIT, changes))
    return path


def analyze(*arguments):
    return subprocess.run([program("systemd-analyze", "systemd"), *arguments], capture_output=True, text=True)


def test_systemd_understands_every_line(unit):
    verified = analyze("verify", "--man=no", str(unit))
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_process_may_do_next_to_nothing(unit):
    """systemd's own measure: 0 is a process shut away, 10 one that may do anything; ours was 1.2."""
    assert analyze("security", "--offline=true", "--threshold=15", str(unit)).returncode == 0


def test_systemd_waits_until_replies_are_stored():
    notice = int(MANUAL.partition("DRAIN_NOTICE_SECONDS=")[2].split()[0])
    longest = notice + settings.DRAIN_SECONDS + 2 * STORING_SECONDS + 3
    assert longest + 10 < int(line_of(UNIT, "TimeoutStopSec"))
    assert (line_of(UNIT, "KillSignal"), line_of(UNIT, "KillMode")) == ("SIGTERM", "mixed")


def test_unit_and_image_start_the_same_server():
    image = json.loads((DEPLOY / "Dockerfile").read_text().rpartition("\nCMD ")[2])
    assert image == ["python", "-m", "chatsite.server", "--host", "0.0.0.0", "--port", "8000"]
    assert line_of(UNIT, "ExecStart") == "/srv/chatsite/.venv/bin/python -m chatsite.server --port %i"


def test_data_lies_where_the_process_may_write():
    assert line_of(UNIT, "ProtectSystem") == "strict"
    assert f"sqlite:////var/lib/{line_of(UNIT, 'StateDirectory')}/" in MANUAL
    assert line_of(UNIT, "User") == line_of(UNIT, "Group") == "chatsite"
    assert "ReadWritePaths" not in UNIT
