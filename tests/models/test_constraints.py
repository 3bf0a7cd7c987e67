"""What the database itself refuses, whoever writes to it."""

import pytest
from django.db import IntegrityError, connection, transaction

from chatsite.accounts.models import User
from conversations.models import Conversation, IdempotencyKey, MCPConnection, MCPServer, Message, TeamSettings, Usage
from tests.history import begin, create_conversation, finish_answer

pytestmark = pytest.mark.django_db


def refused(write, constraint: str) -> None:
    """The database refuses, and because of this very constraint."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    if constraint not in str(refusal.value):
        # SQLite names the columns of a unique index, not the index itself.
        columns = {
            "one_open_message_per_conversation": "conversations_message.conversation_id",
            "one_connection_of_a_person_to_a_server": "conversations_mcpconnection.user_id",
            "one_key_per_person": "conversations_idempotencykey.user_id, conversations_idempotencykey.key",
            "accounts_user_email": "accounts_user.email",
        }
        assert connection.vendor == "sqlite"
        assert columns[constraint] in str(refusal.value)


def test_a_message_is_in_one_of_the_known_states(alice):
    create_conversation(alice)
    answers = Message.objects.filter(role="assistant")
    for state in ("writing", "waiting", "complete", "stopped", "interrupted", "failed"):
        answers.update(state=state)
    for state in ("", "done", "Complete"):
        refused(lambda state=state: answers.update(state=state), "message_state_is_known")


def test_a_message_is_of_a_person_or_of_claude(alice):
    create_conversation(alice)
    answer = Message.objects.filter(role="assistant")
    refused(lambda: answer.update(role="system"), "message_role_is_known")


def test_one_message_of_a_conversation_is_being_written(alice):
    answer = begin(alice)
    sibling = Message(conversation=answer.conversation, parent=answer.parent, role="assistant", state="writing")
    refused(sibling.save, "one_open_message_per_conversation")

    finish_answer(answer)
    sibling.save()
    assert Message.objects.writing().get() == sibling


def test_an_answer_has_a_parent(alice):
    conversation = create_conversation(alice)
    refused(lambda: conversation.messages.create(role="assistant"), "an_answer_has_a_parent")


def test_a_question_is_never_being_written(alice):
    conversation = create_conversation(alice)
    refused(lambda: conversation.messages.create(role="user", state="writing"), "only_answers_are_written")


def test_a_key_is_unique_for_each_person(alice, bob):
    reply = begin(alice)
    IdempotencyKey.objects.create(user=alice, key="k", digest="d", message=reply)
    refused(lambda: IdempotencyKey.objects.create(user=alice, key="k", digest="e", message=reply), "one_key_per_person")
    IdempotencyKey.objects.create(user=bob, key="k", digest="d", message=reply)


def test_an_address_is_stored_in_lower_case_and_once(alice):
    shouted = User.objects.create_user("BOB@Example.COM", "a password")
    assert shouted.email == "bob@example.com"
    everybody = User.objects.filter(pk=alice.pk)
    refused(lambda: everybody.update(email="Alice@example.com"), "user_email_is_lower_case")
    refused(lambda: everybody.update(email="bob@example.com"), "accounts_user_email")


def test_there_is_one_row_of_team_settings():
    TeamSettings(name="One").save()
    TeamSettings(name="Two").save()
    assert TeamSettings.objects.get().name == "Two"
    refused(lambda: TeamSettings.objects.bulk_create([TeamSettings(pk=2)]), "team_settings_is_one_row")


def test_usage_is_in_one_of_the_known_states_and_outlives_person_and_conversation(alice):
    answer = begin(alice)
    usage = Usage.objects.create(user=alice, conversation=answer.conversation, message=answer, model="m")
    refused(lambda: Usage.objects.update(state="paid"), "usage_state_is_known")

    alice.delete()
    usage.refresh_from_db()
    assert (usage.user, usage.conversation, usage.message) == (None, None, None)
    assert not Conversation.objects.exists()


def test_people_sign_in_to_servers_that_have_an_address():
    program = MCPServer(slug="a", title="A", transport="stdio", command="uvx", authentication="oauth")
    refused(program.save, "mcp_server_with_oauth_has_an_address")


def test_a_person_has_one_connection_to_a_server(alice):
    server = MCPServer.objects.create(slug="a", title="A", url="https://a.example", authentication="oauth")
    MCPConnection.objects.create(user=alice, server=server)
    refused(lambda: MCPConnection.objects.create(user=alice, server=server), "one_connection_of_a_person_to_a_server")


def test_the_open_answers_of_a_person_are_found_by_their_index(alice):
    create_conversation(alice)
    answers = Message.objects.open().filter(conversation__owner=alice)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # as it plans with many rows
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off")
    assert "one_open_message_per_conversation" in answers.explain()
