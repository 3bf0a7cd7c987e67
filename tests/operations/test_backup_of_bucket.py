"""Files in a bucket are backed up and restored as those in a folder are; where it is away, the commands say so."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from conversations.models import StoredFile
from tests.history import create_file
from tests.operations.conftest import command_error, manage
from tests.site import database_url

OTHER = "restored-by-tests"


@pytest.fixture
def backup(_files_in_bucket, alice, make_backup):
    """A backup with one attached file."""
    create_file(alice, content=b"Kept.")
    return make_backup()


def test_what_people_attached_is_restored_into_another_bucket(backup, bucket, other_database):
    bucket.client.create_bucket(Bucket=OTHER)
    environment = bucket.environment | {"ATTACHMENTS_BUCKET": OTHER}

    assert "Restored 1 attached files." in manage(other_database.url, "restore", backup, **environment)

    [key] = bucket.keys(OTHER)
    assert key == StoredFile.objects.get().path
    assert bucket.client.get_object(Bucket=OTHER, Key=key)["Body"].read() == b"Kept."


def test_what_people_attached_is_restored_from_a_bucket_into_a_folder(backup, other_database, tmp_path):
    environment = {"ATTACHMENTS_BUCKET": "", "ATTACHMENTS_DIR": str(tmp_path / "restored")}
    manage(other_database.url, "restore", backup, **environment)
    assert (tmp_path / "restored" / StoredFile.objects.get().path).read_bytes() == b"Kept."


def test_a_backup_without_the_files_is_an_error(bucket, alice, tmp_path, transactional_db):
    bucket.refuse_connections()

    sentence = command_error(database_url(), "backup", tmp_path / "backup", **bucket.environment)

    assert sentence.startswith("What people attached is not backed up, because its storage is unavailable: Endpoint")
    assert (tmp_path / "backup").is_file()
    assert not (tmp_path / "backup.files.tar").exists()


def test_a_restore_without_the_files_is_an_error(backup, bucket, other_database):
    bucket.error = (403, "AccessDenied")

    sentence = command_error(other_database.url, "restore", backup, **bucket.environment)

    assert "is not restored, because the storage of files is unavailable: ClientError" in sentence


@pytest.mark.usefixtures("_files_in_bucket", "transactional_db")
def test_a_purge_deletes_all_else_and_later_what_is_left(bucket, alice, capsys):
    file = create_file(alice)
    StoredFile.objects.update(created=timezone.now() - timedelta(hours=25))
    bucket.refuse_connections()
    file.delete()

    with pytest.raises(CommandError, match="Deleted files may still be in their storage, which is unavailable"):
        call_command("purge")

    assert "conversations in the bin" in capsys.readouterr().out
    assert StoredFile.objects.exists()
    bucket.listen()
    call_command("purge")
    assert not StoredFile.objects.exists()
    assert bucket.keys() == []
