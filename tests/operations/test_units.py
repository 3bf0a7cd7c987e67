"""The systemd units in deploy/ that purge and back up once a day: the tests run their commands on this tree."""

import os
import shlex
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from conversations.models import Conversation
from tests.history import create_conversation
from tests.site import ROOT, database_url

DEPLOY = ROOT / "deploy"
UNITS = ["chatsite-backup", "chatsite-purge"]
DAY = 24 * 60 * 60


def values_of(unit: str, *names: str) -> list[str]:
    """The values of `Name=value` in a unit, in the order of the file."""
    lines = (line.partition("=") for line in (DEPLOY / unit).read_text().splitlines())
    return [value for name, _sign, value in lines if name in names]


def run(unit: str, backups) -> None:
    """Run what systemd would run, with this Python and another folder for the backups."""
    environment = os.environ | {"DATABASE_URL": database_url(), "SECRET_KEY": settings.SECRET_KEY}
    for command in values_of(unit, "ExecStart", "ExecStartPost"):
        command = command.replace("/srv/chatsite/.venv/bin/python", sys.executable)
        command = command.replace("/var/lib/chatsite/backups", str(backups))
        subprocess.run(shlex.split(command), cwd=ROOT, env=environment, check=True)


def test_the_daily_backup_adds_one_with_its_files_and_deletes_those_of_two_weeks_ago(alice, transactional_db, tmp_path):
    old, young = "chatsite-old.dump", "chatsite-young.dump"
    ages = {old: 15, f"{old}.files.tar": 15, young: 12, f"{young}.files.tar": 12, "notes": 15}
    for name, age_in_days in ages.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time(), time.time() - age_in_days * DAY))

    run("chatsite-backup.service", tmp_path)

    kept = {young, f"{young}.files.tar", "notes"}
    names = {path.name for path in tmp_path.iterdir()}
    assert names > kept
    backup, files = sorted(names - kept)
    assert files == f"{backup}.files.tar"


def test_the_daily_purge_empties_the_bin(alice, transactional_db, tmp_path):
    create_conversation(alice)
    Conversation.objects.update(deleted=timezone.now() - timedelta(days=31))
    run("chatsite-purge.service", tmp_path)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_runs_as_the_site_and_can_write_to_its_data(unit):
    assert values_of(f"{unit}.service", "User", "Group") == ["chatsite", "chatsite"]
    assert values_of(f"{unit}.service", "WorkingDirectory", "ProtectSystem") == ["/srv/chatsite", "strict"]
    [state_directories] = values_of(f"{unit}.service", "StateDirectory")
    assert "chatsite" in state_directories.split()


def test_the_backup_runs_before_the_purge_of_the_same_night():
    [backup_time], [purge_time] = (values_of(f"{unit}.timer", "OnCalendar") for unit in UNITS)
    assert backup_time.endswith("02:30:00")
    assert purge_time.endswith("03:30:00")
    # systemd may start each of them a quarter of an hour late.
    assert values_of("chatsite-backup.timer", "RandomizedDelaySec") == ["15min"]
