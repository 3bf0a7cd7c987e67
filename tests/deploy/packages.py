"""Programs that the shipped files are for, from the system's packages."""

import os
import shutil
import subprocess

PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def program(name: str, package: str) -> str:
    """Where a program is; installed first where that is possible. Fails where it is not."""
    if not shutil.which(name, path=PLACES) and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            subprocess.run(["apt-get", "--quiet=2", *command], stdout=subprocess.DEVNULL, env=environment, check=True)
    found = shutil.which(name, path=PLACES)
    assert found, f"The tests of deploy/ need {name}. Debian and Ubuntu: apt-get install {package}"
    return found
