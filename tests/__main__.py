"""`python -m tests`: every test on SQLite and, if TEST_DATABASE_URL is set, on PostgreSQL too.

Arguments are passed to pytest.
"""

import os
import subprocess
import sys
from pathlib import Path

from chatsite.environment import env_str, read_env_file
from tests.browser.chromium import installed_chromium


def main() -> int:
    # Without a key, no test can call Claude, even if `.env` contains one.
    environment = os.environ | {"CHROMIUM": installed_chromium(), "ANTHROPIC_API_KEY": ""}
    databases = {"SQLite": "sqlite:///chatsite.sqlite3"}
    read_env_file(Path(__file__).resolve().parent.parent / ".env")
    if server := env_str("TEST_DATABASE_URL"):
        databases["PostgreSQL"] = server
    failed = [name for name, url in databases.items() if not passes(name, environment | {"DATABASE_URL": url})]
    if failed:
        print(f"Tests failed on {' and '.join(failed)}.", file=sys.stderr)
    return len(failed)


def passes(name: str, environment: dict[str, str]) -> bool:
    print(f"Tests on {name}", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *sys.argv[1:]]
    return subprocess.run(command, env=environment).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
