"""The systemd unit, as far as it can be tested without systemd; test_journey.py runs its commands."""

import json
import subprocess

import pytest
from django.conf import settings

from tests.deploy.installation import DEPLOY, MANUAL, UNIT, replace_all, value_of
from tests.packages import program


@pytest.fixture
def unit(tmp_path):
    """The unit with programs that exist on this machine, since systemd checks."""
    replacements = {"/srv/chatsite/.venv/bin/python": "/bin/true", "/usr/bin/curl": "/bin/true"}
    path = tmp_path / "chatsite@.service"
    path.write_text(replace_all(UNIT, replacements))
    return path


def analyze(*arguments):
    return subprocess.run([program("systemd-analyze", "systemd"), *arguments], capture_output=True, text=True)


def test_systemd_understands_every_line(unit):
    verified = analyze("verify", "--man=no", str(unit))
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_process_has_few_privileges(unit):
    """systemd's own measure times ten: 0 is fully isolated, 100 is unrestricted; the unit had 12."""
    assert analyze("security", "--offline=true", "--threshold=15", str(unit)).returncode == 0


def test_systemd_waits_until_replies_are_stored():
    notice = int(MANUAL.partition("DRAIN_NOTICE_SECONDS=")[2].split()[0])
    assert value_of(UNIT, "Environment") == f"STOP_SECONDS={value_of(UNIT, 'TimeoutStopSec')}"
    assert notice + settings.DRAIN_SECONDS + 10 <= int(value_of(UNIT, "TimeoutStopSec")) == settings.STOP_SECONDS
    assert (value_of(UNIT, "KillSignal"), value_of(UNIT, "KillMode")) == ("SIGTERM", "mixed")


def test_unit_and_image_start_the_same_server():
    image = json.loads((DEPLOY / "Dockerfile").read_text().rpartition("\nCMD ")[2])
    assert image == ["python", "-m", "chatsite.server", "--host", "0.0.0.0", "--port", "8000"]
    assert value_of(UNIT, "ExecStart") == "/srv/chatsite/.venv/bin/python -m chatsite.server --port %i"


def test_the_process_can_write_to_its_data_only():
    assert value_of(UNIT, "ProtectSystem") == "strict"
    assert f"sqlite:////var/lib/{value_of(UNIT, 'StateDirectory')}/" in MANUAL
    assert value_of(UNIT, "User") == value_of(UNIT, "Group") == "chatsite"
    assert "ReadWritePaths" not in UNIT
