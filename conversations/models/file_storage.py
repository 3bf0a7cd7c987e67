"""The storage of the bytes of files, whatever kind it is, and the few errors that it has for everybody else."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import Storage, storages

#: Its disk is full, or its share of one.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
#: A name in the storage. Without it all files fail for the same cause, which is logged once.
NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}")


class FilesUnavailable(Exception):
    """The storage of files is away, refuses, or fails: waiting may help. The text is the cause, for the log."""

    #: How `chatsite/server/outages.py` calls it in the log.
    outage_of = "storage of files"


def get_storage() -> Storage:
    return storages["attachments"]


@contextmanager
def storage_errors() -> Iterator[None]:
    """Within it, what the storage raises is FilesUnavailable: each kind of storage has exceptions of its own.

    Two stay: FileNotFoundError for what is gone, and OSError with a number of NO_ROOM.
    """
    try:
        yield
    except (FileNotFoundError, FilesUnavailable):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise FilesUnavailable(NAME.sub("…", f"{type(error).__name__}: {error}")) from error
