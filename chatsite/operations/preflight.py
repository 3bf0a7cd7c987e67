"""Can this machine run the site? `python3 -m chatsite.operations.preflight --port 8000`, before anything is installed.

Standard library only, and words that an old Python understands: it is asked to say that it is too old.
"""

import argparse
import importlib.util
import socket
import sys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", help="must be free on 127.0.0.1")
    port = parser.parse_args().port
    for fault in (python_fault(), port_fault(port) if port is not None else ""):
        if fault:
            sys.exit(fault)


def python_fault() -> str:
    if sys.version_info < (3, 11):
        return (
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. Debian and Ubuntu: "
            "apt-get install python3.11 python3.11-venv; then `make run PYTHON=python3.11`."
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return f"Python's venv module is missing. Debian and Ubuntu: apt-get install python{version}-venv"
    return ""


def port_fault(wanted: str) -> str:
    port = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 0
    if not 0 < port < 65536:
        return f"PORT must be a whole number from 1 to 65535, not {wanted[:20]!r}."
    with socket.socket() as probe:
        # As the server does: a port that a finished connection still lingers on is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return f"Port {port} cannot be used ({error.strerror}). Take another: `make run PORT={port % 65535 + 1}`."
    return ""


if __name__ == "__main__":
    main()
