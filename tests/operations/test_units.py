"""The units in deploy/ that purge and back up once a day: what they run is run here, on this tree."""

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
NAMES = ["chatsite-backup", "chatsite-purge"]


def lines_of(unit: str, *names: str) -> list[str]:
    lines = (line.partition("=") for line in (DEPLOY / unit).read_text().splitlines())
    return [value for name, _sign, value in lines if name in names]


def run(unit: str, folder) -> None:
    """What systemd would run, with this Python and another folder for the backups."""
    environment = os.environ | {"DATABASE_URL": database_url(), "SECRET_KEY": settings.SECRET_KEY}
    for command in lines_of(unit, "ExecStart", "ExecStartPost"):
        here = command.replace("/srv/chatsite/.venv/bin/python", sys.executable)
        words = shlex.split(here.replace("/var/lib/chatsite/backups", str(folder)))
        subprocess.run(words, cwd=ROOT, env=environment, check=True)


def test_a_day_of_backups_adds_one_and_drops_what_is_two_weeks_old(alice, transactional_db, tmp_path):
    for name, days in (("chatsite-old.dump", 15), ("chatsite-young.dump", 12), ("notes", 15)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time(), time.time() - days * 24 * 60 * 60))
    run("chatsite-backup.service", tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left > {"chatsite-young.dump", "notes"}
    assert "chatsite-old.dump" not in left
    assert len(left) == 3


def test_a_day_of_purging_empties_the_bin(alice, transactional_db, tmp_path):
    create_conversation(alice)
    Conversation.objects.update(deleted=timezone.now() - timedelta(days=31))
    run("chatsite-purge.service", tmp_path)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_runs_as_the_site_and_may_write_where_its_data_is(name):
    assert lines_of(f"{name}.service", "User", "Group") == ["chatsite", "chatsite"]
    assert lines_of(f"{name}.service", "WorkingDirectory", "ProtectSystem") == ["/srv/chatsite", "strict"]
    [state] = lines_of(f"{name}.service", "StateDirectory")
    assert "chatsite" in state.split()


def test_what_a_purge_deletes_by_mistake_is_in_a_backup_of_the_same_night():
    backup, purge = (lines_of(f"{name}.timer", "OnCalendar")[0] for name in NAMES)
    assert backup < purge
    # systemd may start each of them a quarter of an hour late.
    assert lines_of("chatsite-backup.timer", "RandomizedDelaySec") == ["15min"]
    assert (backup[-8:], purge[-8:]) == ("02:30:00", "03:30:00")
