"""The measuring itself, tried with a few streams. What it measures is not judged here: this machine may be busy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = {
    "load": ["CPU per delta", "CPU per question", "added latency p50", "time to first text", "streams cut or refused"],
    "pages": ["conversation of 6 messages", "conversation of 2", "list of 10,000", "asking in the long"],
    "search": ["search among"],
}


def cells(row):
    return [cell.strip() for cell in row.strip("|").split("|")]


@pytest.mark.parametrize("part", ROWS)
def test_a_part_of_the_table_can_be_measured(part):
    command = [sys.executable, "-m", "tests.benchmarks", "--brief", "--only", part]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)

    assert printed.returncode == 0, printed.stderr
    machine, _empty, head, _line, *rows = printed.stdout.splitlines()
    assert re.match(r"\d+ cores .*, Python 3\.\d+.*, Django 5\.2.*, SQLite 3", machine)
    assert cells(head) == ["", "floor", "/api/chat", "page", "goal"]
    for beginning in ROWS[part]:
        [row] = [cells(row) for row in rows if row.startswith(f"| {beginning}")]
        assert re.search(r"\d", "".join(row[1:4]))
    if part == "load":
        assert cells(rows[-1])[1:4] == ["0", "0", "0"]
