"""`python -m tests`: every test, on SQLite and, if TEST_DATABASE_URL is set, on PostgreSQL too.

The tests that drive a browser run once, on SQLite: the pages are the same. Two runs go on at the same time, as most of
the time they wait. Arguments are passed to pytest.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from chatsite.environment import env_str, read_env_file
from tests.browser.chromium import installed_chromium

RUNS_AT_ONCE = 2
#: pytest's status where none of the tests that the arguments name is of this run.
NO_TESTS = 5


@dataclass(frozen=True, slots=True)
class Run:
    """One run of pytest. `marker` selects the tests."""

    name: str
    database: str
    marker: str


def main() -> int:
    read_env_file(Path(__file__).resolve().parent.parent / ".env")
    browser = Run("Tests in a browser, on SQLite", "sqlite:///browser.sqlite3", "browser")
    runs = [Run("Tests on SQLite", "sqlite:///chatsite.sqlite3", "not browser")]
    if server := env_str("TEST_DATABASE_URL"):
        runs.insert(0, Run("Tests on PostgreSQL", server, "not browser"))
    # The longest first.
    runs.insert(0, browser)
    # Without a key, no test can call Claude, even if `.env` contains one.
    environment = os.environ | {"CHROMIUM": installed_chromium(), "ANTHROPIC_API_KEY": ""}
    failed = []
    with ThreadPoolExecutor(RUNS_AT_ONCE) as pool:
        running = {pool.submit(execute, run, environment): run for run in runs}
        for future in as_completed(running):
            run, finished = running[future], future.result()
            print(f"{run.name}\n{finished.stdout}", flush=True)
            if finished.returncode not in {0, NO_TESTS}:
                failed.append(run.name)
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return len(failed)


def execute(run: Run, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-m", run.marker, *sys.argv[1:]]
    environment = environment | {"DATABASE_URL": run.database}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


if __name__ == "__main__":
    sys.exit(main())
