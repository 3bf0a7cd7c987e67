"""Where Chromium is on this machine."""

import os
import shutil
import sys

from tests.packages import install

NAMES = ("chromium", "chromium-browser", "google-chrome")


def found_chromium() -> str | None:
    """The path of $CHROMIUM, else of the first that is on the PATH."""
    names = [os.environ.get("CHROMIUM", ""), *NAMES]
    return next((path for name in names if name and (path := shutil.which(name))), None)


def installed_chromium() -> str:
    """The path of Chromium, which is installed from the system's packages if it is missing. Exits if it cannot be."""
    if not found_chromium():
        install("chromium")
    return found_chromium() or sys.exit(
        "The browser tests need Chromium. Debian and Ubuntu: apt-get install chromium; or set CHROMIUM to its path."
    )
