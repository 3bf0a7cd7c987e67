"""What can be tested of the scripts without a browser is tested by Node."""

import shutil
import subprocess
from pathlib import Path


def test_the_parser_of_event_streams():
    node = shutil.which("node")
    assert node, "The tests of the scripts need Node."
    tests = [str(path) for path in Path(__file__).parent.glob("*.test.mjs")]
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
