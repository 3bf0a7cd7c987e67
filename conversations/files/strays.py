"""Bytes in the storage without a row: a transaction was rolled back, or a process killed, after they were written."""

from datetime import timedelta

from django.utils import timezone

from conversations.files.storage import list_names
from conversations.models import StoredFile
from conversations.models.file_storage import get_storage, storage_errors

#: No upload takes longer.
MIN_AGE = timedelta(days=1)


def find_strays() -> list[str]:
    """Their names in the storage; what is new may belong to a transaction that is not over. Raises FilesUnavailable."""
    storage, before = get_storage(), timezone.now() - MIN_AGE
    known = set(StoredFile.objects.values_list("sha256", flat=True).iterator())
    names = [name for name in list_names(storage) if name.rpartition("/")[2] not in known]
    with storage_errors():
        return [name for name in names if storage.get_modified_time(name) < before]


def delete_strays() -> int:
    """Delete them and return how many. Raises FilesUnavailable."""
    strays = find_strays()
    with storage_errors():
        for name in strays:
            get_storage().delete(name)
    return len(strays)
