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
    service_name = "storage of files"


def get_storage() -> Storage:
    return storages["attachments"]


def check_root() -> None:
    """Raise an error of the storage where all of it is missing: a folder that is not mounted, a deleted bucket.

    Call it within `storage_errors` when something was not found. Other storages than Chatsite's may lack the method.
    """
    if check := getattr(get_storage(), "check_root", None):
        check()


@contextmanager
def storage_errors() -> Iterator[None]:
    """Within it, what says that the storage is unavailable is raised as FilesUnavailable: OSError, and what its class
    names in `outage_errors`.

    Two stay: FileNotFoundError for what is gone from a storage that is there, and OSError with a number of NO_ROOM.
    """
    outage_errors = (OSError, *getattr(get_storage(), "outage_errors", ()))
    try:
        try:
            yield
        except FileNotFoundError:
            check_root()
            raise
    except FileNotFoundError:
        raise
    except outage_errors as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise FilesUnavailable(NAME.sub("…", f"{type(error).__name__}: {error}")) from error
