"""An access record can never be changed or deleted."""

import pytest
from django.db import DatabaseError, connection, transaction

from conversations.models import AccessRecord
from tests.history import create_conversation


@pytest.fixture
def record(alice, carol):
    AccessRecord.record(AccessRecord.Kind.OPENED, carol, create_conversation(alice), "A complaint.")
    return AccessRecord.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.save(),
        lambda record: record.delete(),
        lambda _record: AccessRecord.objects.update(reason=""),
        lambda _record: AccessRecord.objects.all().delete(),
    ],
    ids=["save", "delete", "update", "delete all"],
)
def test_a_record_cannot_be_changed_or_deleted(record, change):
    record.reason = "Nothing of importance."
    with pytest.raises(TypeError):
        change(record)
    assert AccessRecord.objects.get().reason == "A complaint."


if connection.vendor == "postgresql":  # SQLite has no such triggers: see migration 0004

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE conversations_accessrecord SET reason = ''",
            "DELETE FROM conversations_accessrecord",
        ],
    )
    def test_the_database_refuses_to_change_a_record(record, statement):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_the_database_refuses_to_truncate_the_records(record):
        with connection.cursor() as cursor:
            # Off in tests: tests/conftest.py.
            cursor.execute("ALTER TABLE conversations_accessrecord ENABLE TRIGGER access_record_is_not_truncated")
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute("TRUNCATE conversations_accessrecord CASCADE")
        assert AccessRecord.objects.get() == record


def test_a_record_outlives_the_conversation(record):
    conversation = record.conversation_id
    record.conversation.delete()
    assert AccessRecord.objects.get().conversation_id == conversation
