"""What people have attached: a tar file beside the backup of the database, with the name of that and `.files.tar`.

The database is copied first. What is uploaded later is not in it; what is deleted meanwhile is not in the tar file, and
shown as a file that is gone.
"""

import tarfile
from io import BytesIO
from pathlib import Path

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.utils import validate_file_name
from django.core.management import CommandError

from chatsite.operations.backups.new_file import new_file
from conversations.files.storage import list_names
from conversations.models.file_storage import FilesUnavailable, get_storage, storage_errors

SUFFIX = ".files.tar"


def get_file(backup: Path) -> Path:
    return backup.with_name(backup.name + SUFFIX)


def write(backup: Path) -> int:
    """Write the tar file of a backup and return how many files are in it; it appears under its name when complete."""
    number = 0
    try:
        with new_file(get_file(backup)) as file, tarfile.open(file, mode="w") as archive:
            for path in list_names(get_storage()):
                number += add(archive, path)
    except FilesUnavailable as error:
        sentence = f"What people attached is not backed up, because its storage is unavailable: {error}"
        raise CommandError(sentence) from error
    return number


def add(archive: tarfile.TarFile, path: str) -> bool:
    """Add a stored file; False where it was deleted meanwhile. Raises FilesUnavailable."""
    try:
        with storage_errors(), get_storage().open(path) as opened:
            content = opened.read()
    except FileNotFoundError:
        return False
    member = tarfile.TarInfo(path)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, BytesIO(content))
    return True


def restore(file: Path) -> int:
    """Store what is in a tar file, and delete nothing. Returns how many files there are."""
    number = 0
    try:
        with tarfile.open(file, mode="r:") as archive:
            for member in archive:
                if content := archive.extractfile(member):
                    restore_member(member, content.read())
                    number += 1
    except (OSError, tarfile.TarError, SuspiciousOperation) as error:
        raise CommandError(f"{file} cannot be restored: {error}.") from error
    except FilesUnavailable as error:
        sentence = f"{file} is not restored, because the storage of files is unavailable: {error}"
        raise CommandError(sentence) from error
    return number


def restore_member(member: tarfile.TarInfo, content: bytes) -> None:
    """Store one file unless it is there. Raises FilesUnavailable; SuspiciousOperation if the name leads elsewhere."""
    validate_file_name(member.name, allow_relative_path=True)
    storage = get_storage()
    with storage_errors():
        # The size: a restore that was ended may have left the first part of a file.
        if not storage.exists(member.name) or storage.size(member.name) != member.size:
            storage.save(member.name, ContentFile(content))
