"""The systemd unit, as far as it can be tested without systemd; test_journey.py runs its commands."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from tests.deploy.installation import DEPLOY, MANUAL, UNIT, replace_all, value_of
from tests.deploy.system_calls import forbidden_calls, system_call_filter
from tests.packages import program
from tests.samples import docx_file, image_file, pdf_file

#: As somebody may have written it.
STRICTER = UNIT.replace("SystemCallFilter=setpriority\n", "")


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


@pytest.mark.parametrize("unit", [UNIT, STRICTER], ids=["ours", "stricter"])
@pytest.mark.parametrize("content", [image_file(), pdf_file(), docx_file("Hello")], ids=["image", "pdf", "docx"])
def test_files_are_read_with_the_system_calls_that_a_unit_allows(tmp_path, content, unit):
    file = tmp_path / "original"
    file.write_bytes(content)
    command = [sys.executable, "-m", "conversations.files.worker", str(file), "a file", str(tmp_path)]
    read = subprocess.run(command, stdout=subprocess.PIPE, preexec_fn=system_call_filter(unit), check=True)
    assert "error" not in json.loads(read.stdout)


def test_the_process_that_reads_a_file_may_lower_its_priority():
    assert "setpriority" not in forbidden_calls(UNIT)
    # The others that change what a process may use stay forbidden.
    assert {"sched_setscheduler", "ioprio_set", "setrlimit", "chown", "setuid"} <= forbidden_calls(UNIT)


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
