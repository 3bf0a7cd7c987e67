"""What people have attached: a tar file beside the backup of the database, with the name of that and `.files.tar`.

The database is copied first. What is uploaded later is not in it; what is deleted meanwhile is not in the tar file, and
shown as a file that is gone.
"""

import tarfile
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import storages
from django.core.management import CommandError

from chatsite.operations.backups.new_file import new_file
from conversations.files.storage import list_names

SUFFIX = ".files.tar"


def get_file(backup: Path) -> Path:
    return backup.with_name(backup.name + SUFFIX)


def write(backup: Path) -> int:
    """Write the tar file of a backup and return how many files are in it; it appears under its name when complete."""
    number = 0
    with new_file(get_file(backup)) as file, tarfile.open(file, mode="w") as archive:
        for path in list_names(storages["attachments"]):
            number += add(archive, path)
    return number


def add(archive: tarfile.TarFile, path: str) -> bool:
    """Add a stored file; False where it was deleted meanwhile."""
    storage = storages["attachments"]
    try:
        with storage.open(path) as content:
            member = tarfile.TarInfo(path)
            member.size, member.mode = content.size, 0o600
            archive.addfile(member, content)
    except FileNotFoundError:
        return False
    return True


def restore(file: Path) -> int:
    """Store what is in a tar file, and delete nothing. Returns how many files there are."""
    storage, number = storages["attachments"], 0
    try:
        with tarfile.open(file, mode="r:") as archive:
            for member in archive:
                content = archive.extractfile(member)
                # The storage refuses a name that leads out of its folder.
                if content is not None:
                    # The size: a restore that was ended may have left the first part of a file.
                    if not storage.exists(member.name) or storage.size(member.name) != member.size:
                        storage.save(member.name, File(content, name=member.name))
                    number += 1
    except (OSError, tarfile.TarError) as error:
        raise CommandError(f"{file} cannot be restored: {error}.") from error
    return number
