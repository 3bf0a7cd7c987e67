"""Where the bytes of attachments are: a folder that only the site reads."""

import errno
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from conversations.models import StoredFile
from conversations.models.file_storage import storage_errors


@deconstructible
class AttachmentFolder(FileSystemStorage):
    """ATTACHMENTS_DIR. A content is stored under its hash, so that what is written again is the same."""

    def __init__(self) -> None:
        super().__init__(
            location=settings.ATTACHMENTS_DIR,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
            allow_overwrite=True,
        )

    def check_root(self) -> None:
        """Raise OSError where the folder is missing."""
        if not Path(self.location).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "there is no folder", self.location)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files in a folder. The first upload makes ATTACHMENTS_DIR."""
        if not path and not Path(self.location).exists() and not StoredFile.objects.exists():
            return [], []
        return super().listdir(path)


def list_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """All names in the storage. Raises FilesUnavailable."""
    try:
        with storage_errors():
            folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + file for file in sorted(files))
    for name in sorted(folders):
        yield from list_names(storage, prefix + name)
