"""What calls have cost, and the month's books: of those that end, and of those whose process is gone."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from conversations.claude.client import MessageFinished, MessageStarted
from conversations.claude.models import Tokens
from conversations.models import Conversation, Reservation, Usage
from conversations.models.usage import LOST_AFTER
from conversations.replies import ending
from conversations.replies.calls import Call, insert, settle, settle_lost
from tests.history import begin, create_conversation
from tests.models.test_budget import month, reserve, used

pytestmark = pytest.mark.django_db
#: A turn that is rendered for a frame has no token of a request, which Django's own template tag minds.
DEPRECATED = pytest.mark.filterwarnings("ignore:Calling format_html")


# What a process that is gone has left


def lose(answer):
    type(answer).objects.filter(pk=answer.pk).update(state="interrupted", ending="lost", text="x" * 400)


def age(*rows):
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(created=Now() - LOST_AFTER - timedelta(seconds=5))


def test_a_lost_reply_is_settled_with_what_was_checkpointed(alice):
    answer = begin(alice)
    reserve(answer, 9_000)
    used(alice, None, message=answer, input_tokens=1_000)
    lose(answer)
    settle_lost()
    settle_lost()
    row = Usage.objects.get()
    assert (row.state, row.estimated, row.output_tokens, row.cost) == ("cut", True, 100, 3_000)
    assert month() == (3_000, 0)
    assert not Reservation.objects.exists()


def test_a_reply_lost_before_claude_answered_costs_nothing(alice):
    answer = begin(alice)
    reserve(answer, 9_000)
    lose(answer)
    settle_lost()
    assert month() == (0, 0)


def test_what_lives_is_not_taken_for_lost_however_old_it_is(alice):
    answer = begin(alice)
    mine = reserve(answer, 9_000, title=100)
    row = used(alice, None, message=answer)
    age(mine["reply"], row)
    settle_lost()
    assert month() == (0, 9_100)
    row.refresh_from_db()
    assert row.state == "open"


def test_a_lost_title_is_known_by_its_age(alice):
    conversation = create_conversation(alice)
    mine = reserve(conversation.head, 9_000, title=800)
    mine["reply"].settle(5)
    row = used(alice, None, message=conversation.head, purpose="title", input_tokens=500)
    settle_lost()
    assert month() == (5, 800)
    age(mine["title"], row)
    settle_lost()
    row.refresh_from_db()
    assert (row.state, row.cost, row.output_tokens) == ("cut", 1_000, 0)
    assert month() == (1_005, 0)


def test_a_reservation_whose_message_is_gone_is_known_by_its_age(alice):
    answer = begin(alice)
    mine = reserve(answer, 9_000)["reply"]
    row = used(alice, None, message=answer, input_tokens=100)
    Conversation.objects.all().delete()
    settle_lost()
    assert month() == (0, 9_000)
    age(mine, row)
    settle_lost()
    assert month() == (200, 0)
    assert Usage.objects.get().state == "cut"


# Together with the rows of usage


def started(answer, longest=16_000):
    return Call.begin(answer, MessageStarted("req_1", "claude-sonnet-5-5", Tokens(input=1_000)), longest=longest)


def result(reservation, *calls):
    return ending.Result(
        state="stopped",
        ending="stopped",
        text="x" * 400,
        blocks=[],
        thoughts="",
        stop_reason="",
        failure=None,
        reservation=reservation,
        calls=list(calls),
    )


@DEPRECATED
def test_a_reply_that_came_back_after_it_was_recovered_is_paid_for_once(alice):
    answer = begin(alice)
    mine, call = reserve(answer, 9_000)["reply"], started(answer)
    insert([call])
    lose(answer)
    settle_lost()
    call.finish(MessageFinished("end_turn", Tokens(input=1_000, output=700)))
    ending.store(answer, result(mine, call), shown=True)
    assert Usage.objects.get().cost == 9_000
    assert month() == (9_000, 0)


@DEPRECATED
def test_a_reply_that_could_be_stored_without_its_blocks_only_gives_back_what_was_reserved(alice):
    answer = begin(alice)
    broken = result(reserve(answer, 9_000)["reply"], started(answer))
    broken.make_bare()
    ending.store(answer, broken, shown=True)
    assert month() == (0, 0)


@DEPRECATED
def test_the_finished_turn_is_told_and_the_one_that_the_request_is_showing_is_left_alone(alice):
    answer = begin(alice)
    end, _prose = ending.store(answer, result(reserve(answer, 9_000)["reply"], started(answer)), shown=True)
    assert 'data-state="stopped"' in end.html
    assert (answer.state, answer.text, answer.finished) == ("writing", "", None)


def test_an_estimate_never_says_more_than_the_call_was_allowed_to_write(alice):
    answer = begin(alice)
    assert settle([started(answer, longest=10)], 4_000) == 2_000 + 10 * 10
    assert Usage.objects.get().output_tokens == 10
