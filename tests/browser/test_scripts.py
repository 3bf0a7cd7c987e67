"""What can be tested of the scripts without a browser is tested by Node."""

import subprocess
from pathlib import Path

from tests.packages import program


def test_the_parser_of_event_streams():
    tests = [str(path) for path in Path(__file__).parent.glob("*.test.mjs")]
    done = subprocess.run([program("node", "nodejs"), "--test", *tests], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
