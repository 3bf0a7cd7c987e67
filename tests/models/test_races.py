"""What Alice sends many times at once counts as often as it may, and no more."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx2
import pytest
from django.db import connection, transaction

from chatsite.accounts.models import ApiToken, User
from conversations.models import Attachment, Conversation, Message, Refused, ToolCall
from conversations.models.asking import lock_owner
from conversations.models.question import Approval
from conversations.tools import calls
from tests.history import ask, begin, create_conversation, create_file, create_usage
from tests.replies.scripted import create_tool
from tests.site import Visitor, eventually

AT_ONCE = 12


@pytest.fixture
def at_once(site, alice):
    """Send the same wish many times at once; returns the statuses and the messages that were answered."""
    _token, secret = ApiToken.issue(alice, "her program")

    def send(**wish) -> tuple[list[int], set[str]]:
        def one(_number) -> tuple[int, str]:
            headers = {"Authorization": f"Bearer {secret}"}
            answer = httpx2.post(f"{site.url}/api/chat", json=wish, headers=headers, timeout=60)
            return answer.status_code, answer.headers.get("x-message-id", "")

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(one, range(AT_ONCE)))
        return sorted(status for status, _message in answers), {message for _status, message in answers if message}

    return send


def test_the_same_key_starts_one_reply_that_all_of_them_follow(at_once, stand_in):
    statuses, messages = at_once(message="[[echo:Once.]]", key="once")
    assert statuses == [200] * AT_ONCE
    assert len(messages) == Conversation.objects.count() == len(stand_in.recorded()) == 1


def test_one_of_many_questions_in_a_conversation_is_taken(at_once, alice):
    conversation = create_conversation(alice)
    statuses, _messages = at_once(message="[[chars:100]][[delay:1]]", conversation=str(conversation.pk))
    assert statuses == [200] + [409] * (AT_ONCE - 1)
    assert conversation.messages.count() == 4


def test_three_of_many_first_questions_are_taken(at_once, alice):
    statuses, messages = at_once(message="[[chars:100]][[delay:1]]")
    assert statuses == [200] * 3 + [429] * (AT_ONCE - 3)
    assert len(messages) == Conversation.objects.count() == 3


def test_stop_from_two_tabs_and_the_end_itself_leave_one_ending(site, alice):
    tabs = [Visitor(site, alice) for _ in range(4)]
    with tabs[0].asking("[[rate:100]][[chars:200]]") as stream, ThreadPoolExecutor(4) as pool:
        reply = stream.start["reply"]
        stream.until("tail")
        states = set(pool.map(lambda tab: tab.stop(reply), tabs))
        end = stream.end
    assert states == {end["state"]}
    eventually(lambda: Message.objects.get(pk=reply).state == end["state"])


def binned(conversation):
    Conversation.objects.get(pk=conversation.pk).bin()


def deactivated(conversation):
    owner = User.objects.get(pk=conversation.owner_id)
    owner.is_active = False
    owner.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("happens", "ending"), [(binned, "deleted"), (deactivated, "deactivated")])
def test_what_happens_while_a_question_is_being_stored_stops_its_reply(alice, monkeypatch, happens, ending):
    conversation = create_conversation(alice)

    def elsewhere():
        happens(conversation)
        connection.close()

    def meanwhile(_person):
        pool.submit(elsewhere)
        time.sleep(0.5)

    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr("conversations.models.asking.refuse_if_too_many_running", meanwhile)
        answer = ask(conversation, "Is it too late?")
    answer.refresh_from_db()
    assert answer.stop_requested == ending


def test_a_question_that_arrives_when_the_account_is_closed_is_refused(alice):
    conversation = create_conversation(alice)
    deactivated(conversation)
    with pytest.raises(Refused):
        ask(conversation, "Is it too late?")
    assert conversation.messages.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_call_for_alice_can_be_recorded_while_her_next_question_is_being_stored(alice):
    """Otherwise each would wait for the other: the question goes on to the row of the month, which the call has."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one lock for the whole database.")

    def record():
        create_usage(alice)
        connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        lock_owner(alice.pk)
        pool.submit(record).result(timeout=5)


@pytest.mark.django_db(transaction=True)
def test_a_tool_that_has_one_call_left_is_called_once_when_alice_and_bob_need_it_at_once(alice, bob, monkeypatch):
    create_tool("clock", calls_per_month=1)
    monkeypatch.setattr("conversations.tools.running.is_available", lambda *_arguments: True)
    answers = [begin(person, tools=("clock",)) for person in (alice, bob)]
    both_counted, store = threading.Barrier(2, timeout=1), ToolCall.objects.bulk_create

    def store_when_both_have_counted(proposed):
        with suppress(threading.BrokenBarrierError):
            both_counted.wait()
        store(proposed)

    def propose(answer):
        content = [{"type": "tool_use", "id": "toolu_1", "name": "clock", "input": {}}]
        calls.propose(answer, content, 1, Approval.PERSON, is_last=False)
        connection.close()

    monkeypatch.setattr(ToolCall.objects, "bulk_create", store_when_both_have_counted)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(propose, answers))
    assert sorted(ToolCall.objects.values_list("state", flat=True)) == ["approved", "denied"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rows", [Conversation.objects, Attachment.objects])
def test_calls_for_alice_are_recorded_while_her_old_things_are_purged(alice, rows):
    if connection.vendor != "postgresql":
        pytest.skip("On SQLite nobody else can write meanwhile")
    create_file(alice)
    create_conversation(alice)

    def record():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            return create_usage(alice)
        finally:
            connection.close()

    with transaction.atomic(), ThreadPoolExecutor() as pool:
        assert rows.all().purge() == 1
        assert pool.submit(record).result(10).user == alice
