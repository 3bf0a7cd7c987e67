"""Processes of the site erase deleted accounts, in short steps, once the replies of these people have ended."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatsite.accounts.models import User
from conversations.models import Conversation, Message, Usage
from conversations.models.content import text_content
from conversations.models.erasure import CONVERSATIONS_PER_STEP, erase_step
from tests.conftest import PASSWORD
from tests.history import create_conversation
from tests.site import Site, Visitor, eventually


@pytest.fixture
def lenient_site(site, stand_in, alice, settings):
    """Another process beside `site`, at which people can delete their account."""
    # As its passwords are hashed.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    alice.set_password(PASSWORD)
    alice.save()
    with Site(stand_in.url, ALLOW_ACCOUNT_DELETION="on") as running:
        yield running


def create_many(owner, number: int, messages: int) -> None:
    """Conversations of one question and its answers, written without the models' verbs, which would take minutes."""
    conversations = [Conversation(owner=owner, title=f"Number {index}") for index in range(number)]
    questions = [
        Message(conversation=conversation, role="user", text="Why?", content=text_content("Why?"))
        for conversation in conversations
    ]
    answers = [
        Message(conversation=question.conversation, parent=question, role="assistant", text="An answer.")
        for question in questions
        for _number in range(messages - 1)
    ]
    Conversation.objects.bulk_create(conversations)
    Message.objects.bulk_create([*questions, *answers])


def test_a_reply_in_another_process_ends_and_then_all_is_deleted(site, lenient_site, alice, bob):
    create_conversation(bob)
    with Visitor(site, alice).asking("[[endless]][[rate:100]]") as stream:
        stream.until("tail")
        response = Visitor(lenient_site, alice).http.post("/settings/delete/", data={"password": PASSWORD})
        assert (response.status_code, response.headers["location"]) == (303, "/accounts/deleted/")
        assert stream.end["ending"] == "deactivated"
    eventually(lambda: not User.objects.filter(pk=alice.pk).exists(), 20)
    assert set(Conversation.objects.values_list("owner", flat=True)) == {bob.pk}
    assert Message.objects.count() == 2


def test_what_the_reply_used_is_recorded_without_the_person(site, alice):
    with Visitor(site, alice).asking("[[endless]][[rate:100]]") as stream:
        stream.until("tail")
        alice.request_deletion()
        eventually(lambda: not User.objects.filter(pk=alice.pk).exists(), 20)
    usage = Usage.objects.get()
    assert (usage.user, usage.conversation, usage.state) == (None, None, "cut")


def count_queries_of_a_step() -> int:
    with CaptureQueriesContext(connection) as queries:
        assert erase_step()
    return len(queries)


def test_a_step_takes_as_many_queries_for_long_conversations_as_for_short_ones(alice, bob):
    for person, messages in ((alice, 2), (bob, 40)):
        create_many(person, CONVERSATIONS_PER_STEP, messages)
    alice.request_deletion()
    of_short_ones = count_queries_of_a_step()
    while erase_step():
        pass
    bob.request_deletion()
    assert count_queries_of_a_step() == of_short_ones <= 25 * CONVERSATIONS_PER_STEP


def test_a_person_with_many_conversations_is_erased_in_short_steps(alice):
    create_many(alice, 5 * CONVERSATIONS_PER_STEP, 2)
    alice.request_deletion()
    numbers = []
    while erase_step():
        numbers.append(Conversation.objects.count())
    assert numbers == [80, 60, 40, 20, 0, 0]
    assert not User.objects.exists()
