"""The files of a call, where their bytes are gone by then."""

from pathlib import Path
from uuid import uuid4

import pytest

from conversations.files.sending import fill_messages
from conversations.models import Attachment, FilesUnavailable
from conversations.models.file_storage import get_storage
from tests.history import create_file

pytestmark = pytest.mark.django_db


def block(kind, pk):
    return {"type": kind, "source": {"type": "file", "file_id": str(pk)}, "title": "plan"}


def send(*blocks):
    content = list(blocks)
    files = Attachment.objects.of_contents([content])
    messages, parts = fill_messages([{"role": "user", "content": content}], files)
    return messages[0]["content"], parts


def test_a_lost_document_stays_a_document_so_that_citations_count_the_others_as_before(alice):
    notes = create_file(alice)
    lost, sent = send(block("document", uuid4()), block("document", notes.pk))[0]

    assert lost == {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "This file is not there any more."},
        "title": "plan",
    }
    assert sent["source"]["media_type"] == "text/plain"


def test_a_lost_image_becomes_a_line():
    [content], parts = send(block("image", uuid4()))

    assert content == {"type": "text", "text": "[plan: this file is not there any more.]"}
    assert parts == {}


def test_a_file_that_cannot_be_read_now_is_not_told_to_be_gone(alice):
    file = create_file(alice)
    # Where the file was is a folder: as with a failing disk, it is there and cannot be read.
    path = Path(get_storage().path(file.original.path))
    path.unlink()
    path.mkdir()

    with pytest.raises(FilesUnavailable, match="IsADirectoryError"):
        send(block("document", file.pk))

    path.rmdir()
