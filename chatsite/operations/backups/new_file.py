"""A file that appears under its name when it is complete."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A file to write, which gets its name at the end unless that fails; only its owner may read it."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    try:
        yield Path(name)
        os.fsync(handle)
        Path(name).rename(target)
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)
