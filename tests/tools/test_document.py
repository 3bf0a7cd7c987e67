"""The tool and its tests in docs/tools.md work as they are printed."""

import os
import re
import subprocess
import sys

from tests.site import ROOT


def test_the_tool_in_the_document_passes_the_tests_in_it(tmp_path):
    module, tests = re.findall(r"```python\n(.*?)```", (ROOT / "docs/tools.md").read_text(), re.DOTALL)
    (tmp_path / "team_tools.py").write_text(module)
    (tmp_path / "test_team_tools.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    process = subprocess.run(
        [*command, f"--rootdir={ROOT}", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "2 passed" in process.stdout, process.stdout
