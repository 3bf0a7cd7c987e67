"""Chromium on this machine."""

import os
import shutil
import sys

from playwright.sync_api import Browser, BrowserType

from tests.packages import install

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: In each window Chromium loads pages of its own for the address bar, which take half a second of CPU.
ADDRESS_BAR = "WebUIOmniboxPopup,WebUIOmniboxAimPopup"


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


def launch_chromium(browser_type: BrowserType, *arguments: str) -> Browser:
    arguments = ("--no-sandbox", f"--disable-features={ADDRESS_BAR}", *arguments)
    return browser_type.launch(executable_path=installed_chromium(), args=list(arguments))
