"""Where the bytes of attachments are: a folder that only the site reads."""

from collections.abc import Iterator

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

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


def list_names(storage: Storage, folder: str = "") -> Iterator[str]:
    """All names in the storage; none where its folder does not exist yet. Raises FilesUnavailable."""
    try:
        with storage_errors():
            folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + file for file in sorted(files))
    for name in sorted(folders):
        yield from list_names(storage, prefix + name)
