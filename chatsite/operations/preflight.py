"""Checks whether this machine can run the site: `python3 -m chatsite.operations.preflight --port 8000`.

Runs before anything is installed, so it uses the standard library only, and only syntax that an old Python accepts:
it has to report that such a Python is too old.
"""

import argparse
import importlib.util
import socket
import sys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", help="must be free on 127.0.0.1")
    port = parser.parse_args().port
    problem = find_python_problem()
    if not problem and port is not None:
        problem = find_port_problem(port)
    if problem:
        sys.exit(problem)


def find_python_problem() -> str:
    """A sentence about what is wrong with this Python; empty if nothing is."""
    if sys.version_info < (3, 11):
        return (
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Debian and Ubuntu: "
            "apt-get install python3.11 python3.11-venv; then `make run PYTHON=python3.11`."
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return f"Python's venv module is missing. Debian and Ubuntu: apt-get install python{version}-venv"
    return ""


def find_port_problem(text: str) -> str:
    """A sentence about why this port cannot be used; empty if it can."""
    port = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 0 < port < 65536:
        return f"PORT must be a whole number from 1 to 65535, not {text[:20]!r}."
    with socket.socket() as probe:
        # The server sets this option too: connections that have just been closed do not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return f"Port {port} cannot be used ({error.strerror}). Choose another: `make run PORT={port % 65535 + 1}`."
    return ""


if __name__ == "__main__":
    main()
