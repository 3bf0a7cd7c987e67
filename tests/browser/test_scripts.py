"""Runs the tests of the scripts that need no browser, with Node."""

import subprocess
from pathlib import Path

from tests.packages import program


def test_the_parser_of_event_streams():
    paths = [str(path) for path in Path(__file__).parent.glob("*.test.mjs")]
    result = subprocess.run([program("node", "nodejs"), "--test", *paths], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
