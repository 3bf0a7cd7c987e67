"""What is kept of files: by conversations, for a day, and to the byte."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from conversations.files.facts import Facts
from conversations.files.strays import find_strays
from conversations.files.uploads import create_attachment, store
from conversations.models import Attachment, Conversation, StoredFile
from conversations.models.file_storage import get_storage
from tests.history import ask, begin, create_file, finish_answer, store_bytes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True, params=["folder", "bucket"])
def _storage(request):
    if request.param == "bucket":
        request.getfixturevalue("_files_in_bucket")


def age(rows, **period):
    rows.update(created=timezone.now() - timedelta(**period))


def is_stored(content: StoredFile) -> bool:
    return get_storage().exists(content.path)


def bin_for_long(conversation):
    Conversation.objects.filter(pk=conversation.pk).update(deleted=timezone.now() - timedelta(days=31))


def test_an_upload_that_is_not_sent_is_gone_after_a_day(alice):
    old, new = create_file(alice, content=b"Old."), create_file(alice, content=b"New.")
    age(Attachment.objects.filter(pk=old.pk), hours=25)

    call_command("purge")

    assert list(Attachment.objects.all()) == [new]
    assert (is_stored(old.original), is_stored(new.original)) == (False, True)


def test_the_files_of_a_question_stay_however_old(alice):
    file = create_file(alice)
    finish_answer(begin(alice, attachments=(file.pk,)))
    age(Attachment.objects, days=400)

    call_command("purge")

    assert Attachment.objects.get() == file


def test_a_purged_conversation_takes_its_files_with_it(alice):
    file = create_file(alice)
    conversation = finish_answer(begin(alice, attachments=(file.pk,))).conversation
    bin_for_long(conversation)

    call_command("purge")

    assert not Attachment.objects.exists()
    assert not StoredFile.objects.exists()
    assert not is_stored(file.original)


def test_a_file_of_two_conversations_goes_with_the_last_one(alice):
    file = create_file(alice)
    first = finish_answer(begin(alice, attachments=(file.pk,))).conversation
    second = finish_answer(begin(alice, attachments=(file.pk,))).conversation

    bin_for_long(first)
    call_command("purge")
    assert is_stored(file.original)

    bin_for_long(second)
    call_command("purge")
    assert not is_stored(file.original)


def test_the_content_of_two_files_goes_with_the_last_one(alice, bob):
    alices, bobs = create_file(alice), create_file(bob)

    alices.delete()
    assert is_stored(bobs.original)
    bobs.delete()
    assert not is_stored(bobs.original)


def test_a_deleted_account_leaves_no_bytes(alice):
    file = create_file(alice)
    finish_answer(begin(alice, attachments=(file.pk,)))

    alice.delete()

    assert not Attachment.objects.exists()
    assert not is_stored(file.original)


def test_bytes_that_the_database_does_not_know_are_swept(alice, monkeypatch):
    kept = create_file(alice).original
    name = get_storage().save("aa/bb/" + "c" * 64, ContentFile(b"Forgotten."))
    assert find_strays() == []

    monkeypatch.setattr("conversations.files.strays.MIN_AGE", -timedelta(minutes=1))
    call_command("purge")

    assert not get_storage().exists(name)
    assert is_stored(kept)


def test_a_content_of_today_is_kept_until_its_file_can_be_there():
    new, old = store_bytes(b"New."), store_bytes(b"Old.")
    age(StoredFile.objects.filter(pk=old.pk), hours=25)

    call_command("purge")

    assert list(StoredFile.objects.all()) == [new]


def test_a_content_that_is_deleted_while_another_file_with_it_is_stored_is_stored_again(alice, monkeypatch, tmp_path):
    original = tmp_path / "original"
    original.write_bytes(b"Notes.")
    earlier = create_file(alice)

    def store_and_lose(*arguments):
        stored = store(*arguments)
        Attachment.objects.filter(pk=earlier.pk).delete()
        return stored

    monkeypatch.setattr("conversations.files.uploads.store", store_and_lose)
    facts = Facts("text", "text/plain", "text/plain", 3)
    file = create_attachment(alice, "notes.txt", original, earlier.original_id, facts)

    assert Attachment.objects.get() == file
    assert is_stored(file.original)


def test_bytes_that_were_cut_by_a_crash_are_written_again(alice):
    file = create_file(alice, content=b"All of it.")
    get_storage().delete(file.original.path)
    create_half = get_storage().open(file.original.path, "wb")
    create_half.write(b"All")
    create_half.close()

    create_file(alice, content=b"All of it.")

    assert b"".join(file.original.read()) == b"All of it."


def test_files_are_in_the_content_in_the_order_of_the_question(alice):
    files = [create_file(alice, f"{number}.txt", b"%d" % number) for number in range(3)]
    ids = (files[2].pk, files[0].pk, files[1].pk, files[2].pk)
    question = begin(alice, "Compare.", attachments=ids).conversation.thread()[0]

    assert question is not None
    assert [block.get("title", "text") for block in question.content] == ["2.txt", "0.txt", "1.txt", "text"]
    assert question.attachments.count() == 3


def test_a_question_without_words_is_called_like_its_files(alice):
    answer = begin(alice, "", attachments=(create_file(alice, "budget.xlsx").pk,))
    assert answer.conversation.title == "budget.xlsx"


def test_who_sees_the_conversation_sees_its_files(alice, bob):
    sent, unsent = create_file(alice), create_file(alice, "later.txt")
    conversation = finish_answer(begin(alice, attachments=(sent.pk,))).conversation
    finish_answer(ask(conversation, "Again.", attachments=(sent.pk,)))

    assert set(Attachment.objects.visible_to(alice)) == {sent, unsent}
    assert Attachment.objects.visible_to(alice).count() == 2
    assert not Attachment.objects.visible_to(bob).exists()
    conversation.bin()
    assert list(Attachment.objects.visible_to(alice)) == [unsent]
