"""Files that are damaged, or of two kinds at once: a sentence for the person, whatever is wrong with them."""

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations.files import uploads
from conversations.models import Attachment, StoredFile
from tests.citing import text_pdf
from tests.files.test_reading import chunk, png
from tests.samples import docx_file, image_file, zip_file
from tests.views.requests import SCRIPT

pytestmark = pytest.mark.django_db(transaction=True)
WHOLE = {
    "a.pdf": text_pdf("One.", "Two."),
    "a.docx": docx_file("One.", "Two."),
    "a.xlsx": zip_file({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": "<worksheet/>"}),
    **{f"a.{name}": image_file((300, 200), name) for name in ("png", "jpeg", "gif", "webp", "avif")},
}
REFUSED = {
    "an image whose header says 60,000 × 60,000 pixels": png(60_000, 60_000, chunk(b"IDAT", b"")),
    "a program that ends as an image": b"MZ\0" + WHOLE["a.png"],
    "a document behind the beginning of a PDF": b"%PDF-1.7\n" + WHOLE["a.docx"],
    "an image that is a script": b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
    "mails in mails.eml": b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "parts in parts.eml": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(3_000)
    ),
    "cells far apart.xlsx": zip_file({"xl/workbook.xml": "<", "xl/worksheets/sheet1.xml": "<c r='XFD1048576'/>"}),
}


@pytest.fixture
def upload(client, alice, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UPLOADS_PER_MINUTE", 1_000)
    client.force_login(alice)

    def send(name, content):
        return client.post("/files/", {"file": SimpleUploadedFile(name, content)}, headers=SCRIPT)

    return send


def check_refusal(response, name):
    assert response.status_code in {400, 413, 415}, name
    assert response.json()["error"].startswith(name)
    assert response.json()["error"].endswith(".")


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(upload, name):
    check_refusal(upload(name, REFUSED[name]), name)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_damaged_anywhere_is_read_or_refused_with_a_sentence(upload, name):
    """The seed makes the cuts and the changes the same in each run."""
    chance, whole = random.Random(name), WHOLE[name]
    damaged = [whole[: chance.randrange(1, len(whole))] for _ in range(3)]
    for _ in range(5):
        changed = bytearray(whole)
        for _ in range(10):
            changed[chance.randrange(len(whole))] = chance.randrange(256)
        damaged.append(bytes(changed))
    responses = [upload(name, content) for content in damaged]
    for response in responses:
        if response.status_code != 201:
            check_refusal(response, name)
    assert Attachment.objects.count() == [response.status_code for response in responses].count(201)
