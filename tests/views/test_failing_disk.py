"""The disk with the files that people attach fails: people read a sentence."""

import errno

import pytest
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations.models import StoredFile
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


@pytest.fixture
def break_disk(settings):
    def break_it():
        options = {"location": settings.ATTACHMENTS_DIR}
        backend = {"BACKEND": f"{__name__}.FailingDisk", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "attachments": backend}

    return break_it


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
