"""Starts the worker that reads a file, and waits for what it says. Uses no database."""

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from django.conf import settings

from conversations.files.facts import Facts, Unreadable
from conversations.files.limits import WALL_SECONDS

P = ParamSpec("P")
T = TypeVar("T")

#: Workers at once: each may take IMAGE_MEMORY, and a core.
_pool = ThreadPoolExecutor(2, thread_name_prefix="files")
#: By the ids of the people whose files are being read.
_locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


async def run_in_thread(person: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run one of the functions below: few at once, and for one person one, so that others are not kept waiting."""
    async with _locks.setdefault(person, asyncio.Lock()):
        return await asyncio.get_running_loop().run_in_executor(_pool, partial(function, *args, **kwargs))


def write(file: Path, chunks: Iterable[bytes]) -> str:
    """Write the chunks to a file and return their SHA-256."""
    digest = hashlib.sha256()
    with file.open("wb") as opened:
        for chunk in chunks:
            digest.update(chunk)
            opened.write(chunk)
    return digest.hexdigest()


def run_worker(file: Path, name: str) -> Facts:
    """What the worker finds; it writes `sent` and `thumbnail` beside the file. Raises Unreadable."""
    command = [sys.executable, "-m", "conversations.files.worker", str(file), name, str(file.parent)]
    try:
        finished = subprocess.run(  # noqa: S603 (the name is an argument, not a command)
            command,
            cwd=settings.BASE_DIR,
            # No secret of the site is in there.
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # It did not get the time on a processor that ends a file which is made to exhaust it.
        raise Unreadable("busy") from None
    try:
        answer = json.loads(finished.stdout)
    except ValueError:
        # It was killed at one of its limits, or by a fault in a library.
        raise Unreadable("exhausting") from None
    if "error" in answer:
        raise Unreadable(answer["error"], limit=answer.get("limit", 0), count=answer.get("count", 0))
    return Facts(**answer)
