"""Installs programs that the tests need, if they are missing and the tests run as root on Debian or Ubuntu."""

import os
import shutil
import subprocess

SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def install(package: str) -> None:
    """Install a system package if possible; otherwise do nothing."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {package} for the tests …", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        # Another run of the tests may be installing something.
        apt_get = ["apt-get", "--quiet=2", "--option", "DPkg::Lock::Timeout=300"]
        for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            subprocess.run([*apt_get, *command], stdout=subprocess.DEVNULL, env=environment, check=True)


def program(name: str, package: str) -> str:
    """The path of a program, after installing its package if necessary and possible; fails without it."""
    if not shutil.which(name, path=SEARCH_PATH):
        install(package)
    path = shutil.which(name, path=SEARCH_PATH)
    assert path, f"The tests need {name}. Debian and Ubuntu: apt-get install {package}"
    return path
