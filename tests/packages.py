"""Programs that the tests need, from the system's packages where they are missing and may be installed."""

import os
import shutil
import subprocess

PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def install(package: str) -> None:
    """Does nothing where that is not possible: who needs the package will miss it and say so."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {package} for the tests …", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            subprocess.run(["apt-get", "--quiet=2", *command], stdout=subprocess.DEVNULL, env=environment, check=True)


def program(name: str, package: str) -> str:
    """Where a program is; installed first where that is possible. Fails where it is not."""
    if not shutil.which(name, path=PLACES):
        install(package)
    found = shutil.which(name, path=PLACES)
    assert found, f"The tests need {name}. Debian and Ubuntu: apt-get install {package}"
    return found
