"""Bytes in the storage without a row: a transaction was rolled back, or a process killed, after they were written."""

from datetime import timedelta

from django.utils import timezone

from conversations.files.storage import list_names
from conversations.models import StoredFile
from conversations.models.attachment import get_storage

#: No upload takes longer.
MIN_AGE = timedelta(days=1)


def find_strays() -> list[str]:
    """Their names in the storage; what is new may belong to a transaction that is not over."""
    storage, before = get_storage(), timezone.now() - MIN_AGE
    known = set(StoredFile.objects.values_list("sha256", flat=True).iterator())
    names = [name for name in list_names(storage) if name.rpartition("/")[2] not in known]
    return [name for name in names if storage.get_modified_time(name) < before]


def delete_strays() -> int:
    strays = find_strays()
    for name in strays:
        get_storage().delete(name)
    return len(strays)
