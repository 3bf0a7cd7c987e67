"""What Claude did with tools is kept: a call is never deleted, and changes no more once it is over."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from conversations.models import ToolCall
from tests.history import begin
from tests.using_tools import create_call, use_block


@pytest.fixture
def call(alice):
    return create_call(begin(alice), use_block("toolu_1", day="Sunday"), "done", finished=timezone.now())


@pytest.mark.parametrize("delete", [lambda call: call.delete(), lambda _call: ToolCall.objects.all().delete()])
def test_a_call_is_not_deleted(call, delete):
    with pytest.raises(TypeError):
        delete(call)
    assert ToolCall.objects.get() == call


def test_what_a_call_was_about_is_forgotten_and_the_call_is_kept(call, alice):
    ToolCall.objects.erase()
    alice.delete()

    call.refresh_from_db()
    assert (call.state, call.input, call.user, call.conversation) == ("done", {}, None, None)


if connection.vendor == "postgresql":  # SQLite has no such trigger: see migration 0025

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE conversations_toolcall SET state = 'denied'",
            "UPDATE conversations_toolcall SET tool = 'another'",
            "DELETE FROM conversations_toolcall",
        ],
    )
    def test_the_database_keeps_a_call_that_is_over(call, statement):
        with pytest.raises(DatabaseError, match="kept"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
