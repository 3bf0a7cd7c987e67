"""Files in the admin: listed without their names, deleted for a reason, opened only from an open transcript."""

from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.contrib.admin.models import LogEntry

from conversations.models import AccessRecord, Attachment
from tests.history import begin, create_file, finish_answer

REASON = {"reason": "The owner asked for its removal."}


@pytest.fixture
def file(alice):
    return create_file(alice, "salary.xlsx", b"Secret.")


@pytest.fixture
def conversation(alice, file):
    return finish_answer(begin(alice, "Sum it up.", attachments=(file.pk,))).conversation


async def read_all(response) -> bytes:
    return b"".join([chunk async for chunk in response.streaming_content])


def test_staff_see_whose_files_there_are_and_how_large_but_not_their_names(client, carol, file):
    client.force_login(carol)
    page = client.get("/admin/conversations/attachment/").content.decode()
    assert "alice@example.com" in page
    assert "7\xa0bytes" in page
    assert "salary" not in page


def test_a_file_is_deleted_for_a_reason_which_is_noted(client, carol, alice, file, conversation):
    client.force_login(carol)
    path = f"/admin/conversations/attachment/{file.pk}/deletion/"

    assert client.post(path, {"reason": ""}).status_code == 400
    assert Attachment.objects.exists()
    assert client.post(path, REASON).status_code == 302

    assert not Attachment.objects.exists()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.change_message) == (carol, REASON["reason"])
    assert "salary" not in entry.object_repr
    # The log is kept when Alice deletes her account.
    assert "alice" not in entry.object_repr
    client.force_login(alice)
    assert "1 file of this question was deleted." in client.get(f"/conversations/{conversation.pk}/").content.decode()


def test_the_day_of_an_upload_is_written_in_the_language_of_the_reader(client, carol, file):
    client.force_login(carol)
    Attachment.objects.update(created=datetime(2026, 11, 27, 12, 30, tzinfo=UTC))
    page = client.get(f"/admin/conversations/attachment/{file.pk}/deletion/", headers={"Accept-Language": "de"})
    assert "27.11.2026, 12:30" in page.text


def test_only_staff_with_the_permission_delete_a_file(client, staff, file):
    client.force_login(staff("view_attachment"))
    for page in ("", f"{file.pk}/change/"):
        assert "/deletion/" not in client.get(f"/admin/conversations/attachment/{page}").content.decode()
    assert client.post(f"/admin/conversations/attachment/{file.pk}/deletion/", REASON).status_code == 403
    assert Attachment.objects.exists()


def test_opening_a_file_of_a_transcript_is_recorded(client, staff, file, conversation):
    client.force_login(staff("read_transcripts"))
    transcript = f"/admin/conversations/conversation/{conversation.pk}/transcript/"
    path = f"/admin/conversations/conversation/{conversation.pk}/files/{file.pk}/"
    assert client.get(path).status_code == 302

    page = client.post(transcript, REASON).content.decode()
    assert "salary.xlsx" in page
    assert path in page
    response = client.get(path)

    assert async_to_sync(read_all)(response) == b"Secret."
    assert list(AccessRecord.objects.order_by("pk").values_list("kind", flat=True)) == ["opened", "file"]


def test_a_file_of_another_conversation_is_not_in_this_transcript(client, staff, alice, conversation):
    client.force_login(staff("read_transcripts"))
    other = create_file(alice, "other.txt", b"Other.")
    client.post(f"/admin/conversations/conversation/{conversation.pk}/transcript/", REASON)

    assert client.get(f"/admin/conversations/conversation/{conversation.pk}/files/{other.pk}/").status_code == 404
