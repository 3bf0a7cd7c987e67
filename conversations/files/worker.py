"""Reads one file in a process of its own, with limits: `python -m conversations.files.worker FILE NAME FOLDER`.

A file is made by anybody, and so may be made to exhaust its reader. Here that ends a process which holds no secrets and
no connections. Prints one JSON object: what was found, or `{"error": code, "limit": …}`; writes `sent` and `thumbnail`
into FOLDER.
"""

import json
import os
import resource
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from conversations.files.facts import Facts, Unreadable
from conversations.files.limits import CPU_SECONDS, IMAGE_MEMORY, OTHER_MEMORY
from conversations.files.sniffing import sniff


def main(file: Path, name: str, folder: Path) -> None:
    try:
        answer = asdict(read(file, name, folder))
    except Unreadable as error:
        answer = {"error": error.code, "limit": error.limit, "count": error.count}
    except MemoryError:
        answer = {"error": "exhausting"}
    except Exception as error:
        # The parsers raise whatever they like at a damaged file.
        answer = {"error": "damaged", "detail": type(error).__name__}
    print(json.dumps(answer))


def read(file: Path, name: str, folder: Path) -> Facts:
    """What is in a file, by its first bytes and, for a text, its name. Raises Unreadable."""
    # The server's event loop goes first: beside ten uploads it waited up to 95 ms for a core, with this up to 29 ms.
    # A filter of system calls may forbid this, which is no reason to refuse a file.
    with suppress(PermissionError):
        os.nice(10)
    # What is needed to see what it is, such as the list of a zip file's parts, is limited too.
    limit_resources(IMAGE_MEMORY)
    media_type = sniff(file, name)
    is_image = media_type.startswith("image/")
    if not is_image:
        limit_resources(OTHER_MEMORY)
    # Imported after the limits, and only what is needed: each library takes time.
    if is_image:
        from conversations.files.images import read_image

        return read_image(file, media_type, folder)
    if media_type == "application/pdf":
        from conversations.files.pdf import read_pdf

        return read_pdf(file)
    from conversations.files.texts import read_text

    return read_text(file, name, media_type, folder)


def limit_resources(memory: int) -> None:
    for limit, value in [
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 100_000_000),
    ]:
        # systemd, or a container, may have set a lower one, above which no process may go.
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
