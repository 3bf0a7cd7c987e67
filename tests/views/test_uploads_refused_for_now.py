"""Uploads that the server cannot take now are refused for the moment, and not as bad files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chatsite.minute_limit import MinuteLimit
from conversations.files import reading, uploads
from conversations.models import Attachment
from tests.views.requests import SCRIPT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def upload(alice_client):
    def send(name="notes.txt"):
        return alice_client.post("/files/", {"file": SimpleUploadedFile(name, b"High at six.")}, headers=SCRIPT)

    return send


def test_a_file_that_the_worker_has_no_time_for_is_to_be_tried_again(upload, monkeypatch):
    monkeypatch.setattr(reading, "WALL_SECONDS", 0.001)
    response = upload()

    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert response.json()["error"] == "The server is too busy to read notes.txt now. Try again in a minute."
    assert not Attachment.objects.exists()


def test_alice_waits_when_she_has_attached_too_many_files(upload, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UPLOADS_PER_MINUTE", 2)
    monkeypatch.setattr(uploads, "uploads_per_minute", MinuteLimit())
    responses = [upload(f"{number}.txt") for number in range(3)]

    assert [response.status_code for response in responses] == [201, 201, 429]
    assert responses[2].headers["Retry-After"] == "60"
    assert "too many files within a minute" in responses[2].json()["error"]
    assert Attachment.objects.count() == 2
