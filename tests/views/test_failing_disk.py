"""The disk with the files that people attach fails or is not there: people read a sentence."""

import errno
import io
import zipfile

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations.files.sending import fill_messages
from conversations.models import Attachment, FilesUnavailable, StoredFile
from conversations.models.attachment import CHUNK
from conversations.presentation.archive import add_file
from tests.history import create_file
from tests.views.requests import SCRIPT

pytestmark = pytest.mark.django_db(transaction=True)

NOT_STORED = "Files cannot be stored at the moment. Try again in a minute."
NOT_READ = "The files cannot be read at the moment. Try again in a minute."


class FailingFile(File):  # type: ignore[type-arg]
    def read(self, *args):
        raise OSError(errno.EIO, "Input/output error")


class FailingDisk(FileSystemStorage):
    """A disk that has an error as soon as what is on it is read, or something is written."""

    def _open(self, name, mode="rb"):
        return FailingFile(super()._open(name, mode).file)  # type: ignore[misc]

    def _save(self, name, content):
        raise OSError(errno.EIO, "Input/output error")

    def delete(self, name):
        # As slow as all else on such a disk.
        raise AssertionError("what is left is deleted by the next purge")


class HalfFile(File):  # type: ignore[type-arg]
    """What is near its start can be read."""

    def read(self, *args):
        if self.file.tell():  # type: ignore[union-attr]
            raise OSError(errno.EIO, "Input/output error")
        return self.file.read(*args)  # type: ignore[union-attr]


class HalfDisk(FileSystemStorage):
    def _open(self, name, mode="rb"):
        return HalfFile(super()._open(name, mode).file)  # type: ignore[misc]


class MistakenDisk(FileSystemStorage):
    """A storage whose code has a mistake, or takes what it is asked for an attack."""

    error: type[Exception]

    def _open(self, name, mode="rb"):
        raise self.error


@pytest.fixture
def break_disk(settings):
    def break_it(name="FailingDisk"):
        options = {"location": settings.ATTACHMENTS_DIR}
        backend = {"BACKEND": f"{__name__}.{name}", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "attachments": backend}

    return break_it


@pytest.fixture
def unmount_folder(settings, tmp_path):
    def unmount():
        settings.ATTACHMENTS_DIR = tmp_path / "unmounted"
        settings.STORAGES = {**settings.STORAGES}

    return unmount


def test_a_file_on_a_failing_disk_is_unavailable_and_not_gone(client, alice, break_disk, caplog):
    file = create_file(alice)
    break_disk()
    client.force_login(alice)

    response = client.get(f"/files/{file.pk}/")

    assert response.status_code == 503
    assert NOT_READ in response.text
    [record] = [record for record in caplog.records if "Errno 5" in record.getMessage()]
    assert record.exc_info is None


def test_nothing_is_stored_on_a_failing_disk(client, alice, break_disk):
    break_disk()
    client.force_login(alice)

    response = client.post("/files/", {"file": SimpleUploadedFile("a.txt", b"One.")}, headers=SCRIPT)

    assert (response.status_code, response.json()["error"]) == (503, NOT_STORED)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("error", [TypeError, SuspiciousFileOperation, MemoryError])
def test_what_is_no_error_of_the_disk_is_none(alice, break_disk, monkeypatch, error):
    file = create_file(alice)
    break_disk("MistakenDisk")
    monkeypatch.setattr(MistakenDisk, "error", error, raising=False)

    with pytest.raises(error):
        list(file.original.read())


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_file_whose_folder_is_not_mounted_is_unavailable_and_not_gone(client, alice, unmount_folder, method):
    file = create_file(alice)
    unmount_folder()
    client.force_login(alice)

    assert getattr(client, method)(f"/files/{file.pk}/").status_code == 503


def test_claude_is_not_told_that_a_file_is_gone_whose_folder_is_not_mounted(alice, unmount_folder):
    file = create_file(alice)
    unmount_folder()

    with pytest.raises(FilesUnavailable, match="there is no folder"):
        fill_messages([{"role": "user", "content": [file.as_block()]}], Attachment.objects.in_bulk())


def test_an_export_says_of_which_file_it_has_only_a_part(alice, break_disk):
    file = create_file(alice, "a.txt", b"x" * CHUNK + b"y")
    break_disk("HalfDisk")
    content = io.BytesIO()

    with zipfile.ZipFile(content, "w") as archive:
        add_file(archive, Attachment.objects.all(), file.pk)

    with zipfile.ZipFile(content) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"files/{file.pk} a.txt", f"files/{file.pk} a.txt NOT READ.txt"]
