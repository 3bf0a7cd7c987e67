"""The room that a person's files take is that of all that is stored of them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.defaultfilters import filesizeformat

from conversations.files import uploads
from conversations.models import Attachment, StoredFile
from tests.samples import docx_file, image_file
from tests.views.requests import SCRIPT

pytestmark = pytest.mark.django_db(transaction=True)
#: Much smaller as a document.
LONG_TEXT = "High water is at six. " * 5_000


@pytest.fixture
def upload(alice_client):
    def send(name, content):
        return alice_client.post("/files/", {"file": SimpleUploadedFile(name, content)}, headers=SCRIPT)

    return send


def test_the_settings_show_the_room_of_the_files_and_of_what_is_made_of_them(alice_client, alice, upload):
    document, picture, notes = docx_file(LONG_TEXT), image_file((2000, 1000)), b"High at six."
    for name, content in (("a.docx", document), ("b.png", picture), ("c.txt", notes)):
        assert upload(name, content).status_code == 201

    stored = sum(StoredFile.objects.values_list("size", flat=True))
    assert stored > len(document) + len(picture) + len(notes) + len(LONG_TEXT) - 10
    assert Attachment.objects.owned_by(alice).total_size() == stored
    assert (
        f"3 files use {filesizeformat(stored)} of your 5 GB." in alice_client.get("/settings/usage/").content.decode()
    )


def test_a_document_whose_text_has_no_room_is_refused(upload, settings, monkeypatch):
    monkeypatch.setattr(uploads, "GIGABYTE", 20_000)
    settings.MAX_PERSON_FILES_GB = 1
    assert upload("short.docx", docx_file("High at six.")).status_code == 201
    document = docx_file(LONG_TEXT)
    assert len(document) < 10_000

    response = upload("long.docx", document)
    assert response.status_code == 507
    assert response.json()["error"].startswith("All your files may have")
    assert [file.name for file in Attachment.objects.all()] == ["short.docx"]
    assert StoredFile.objects.count() == 2


def test_a_file_of_alice_whose_account_is_deactivated_meanwhile_is_not_stored(client, alice, monkeypatch):
    create_attachment = uploads.create_attachment

    def deactivate_and_create(*arguments):
        alice.is_active = False
        alice.save()
        return create_attachment(*arguments)

    monkeypatch.setattr(uploads, "create_attachment", deactivate_and_create)
    client.force_login(alice)
    file = SimpleUploadedFile("notes.txt", b"The harbour opens at nine.")
    assert client.post("/files/", {"file": file}, headers=SCRIPT).status_code == 404
    assert not Attachment.objects.exists()
