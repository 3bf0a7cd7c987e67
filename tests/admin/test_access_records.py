"""Who read whose conversation is written down once and for all."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, connection, transaction

from conversations.models import AccessRecord
from tests.history import create_conversation


@pytest.fixture
def record(alice, carol):
    return AccessRecord.objects.create(
        reader=carol, owner=alice, conversation=create_conversation(alice), kind="opened", reason="A complaint."
    )


def test_a_record_cannot_be_changed_or_deleted(record):
    record.reason = "Nothing of importance."
    for change in (record.save, record.delete, AccessRecord.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        AccessRecord.objects.update(reason="")
    assert AccessRecord.objects.get().reason == "A complaint."


if connection.vendor == "postgresql":  # SQLite has no such trigger: see migration 0004

    def test_the_database_itself_refuses_to_change_a_record(record):
        for statement in (
            "UPDATE conversations_accessrecord SET reason = ''",
            "DELETE FROM conversations_accessrecord",
        ):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_a_record_outlives_the_conversation(record):
    record.conversation.delete()
    assert AccessRecord.objects.get().conversation_id == record.conversation_id


def test_a_superuser_has_only_those_powers_over_others_texts_that_were_given(carol, alice):
    permission = Permission.objects.get(codename="read_transcripts")
    assert carol.has_perm("conversations.read_transcripts")
    assert not carol.has_explicit_permission("conversations.read_transcripts")
    carol.user_permissions.add(permission)
    assert carol.has_explicit_permission("conversations.read_transcripts")
    auditors = Group.objects.create(name="auditors")
    auditors.permissions.add(permission)
    alice.groups.add(auditors)
    assert alice.has_explicit_permission("conversations.read_transcripts")
