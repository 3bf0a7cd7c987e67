"""What calls have cost, and the books of the month: of calls whose process is gone, and of those that come back."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from conversations.claude.client import MessageFinished, MessageStarted, Request
from conversations.models import Conversation, Reservation, Usage
from conversations.models.content import extract_text, text_content
from conversations.models.tokens import Tokens
from conversations.models.usage import LOST_AFTER
from conversations.replies import recovery, start
from conversations.replies.call import UpstreamCall, insert_usages
from conversations.replies.outcome import Outcome, store_outcome
from conversations.replies.recovery import settle_lost_calls
from tests.history import ask, begin, create_conversation, create_file, finish_answer
from tests.models.test_budget import create_call, month, reserve

pytestmark = pytest.mark.django_db


# Calls whose process is gone


def lose(answer, content=None):
    content = content or text_content("x" * 400)
    ended = {"state": "interrupted", "ending": "lost", "content": content, "text": extract_text(content)}
    type(answer).objects.filter(pk=answer.pk).update(**ended)


def make_old(*rows):
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(created=Now() - LOST_AFTER - timedelta(seconds=5))


def test_a_lost_reply_is_settled_once_with_what_was_checkpointed(alice):
    answer = begin(alice)
    reserve(answer, 9_000)
    create_call(alice, None, message=answer, input_tokens=1_000)
    lose(answer)
    settle_lost_calls()
    settle_lost_calls()
    usage = Usage.objects.get()
    assert (usage.state, usage.estimated, usage.output_tokens, usage.cost) == ("cut", True, 100, 3_000)
    assert month() == (3_000, 0)
    assert not Reservation.objects.exists()


def test_of_a_reply_with_several_calls_the_lost_one_is_settled_with_its_own_text(alice):
    answer = begin(alice)
    create_call(alice, 1_000, message=answer, state="complete")
    create_call(alice, None, message=answer, input_tokens=1_000)
    use = {"type": "tool_use", "id": "toolu_1", "name": "clock", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "Noon."}
    lose(answer, [*text_content("x" * 4_000), use, result, *text_content("y" * 400)])
    settle_lost_calls()
    assert Usage.objects.get(state="cut").output_tokens == 100


def test_the_prompt_of_a_reply_lost_before_claude_answered_is_estimated(alice):
    answer = begin(alice)
    reserve(answer, 9_000)
    lose(answer)
    settle_lost_calls()
    settle_lost_calls()
    usage = Usage.objects.get()
    assert (usage.user, usage.message, usage.purpose, usage.model) == (alice, answer, "reply", answer.model)
    assert (usage.state, usage.estimated, usage.output_tokens) == ("cut", True, 0)
    assert 0 < usage.input_tokens < 100
    assert month() == (usage.cost, 0)


def test_a_second_call_that_was_lost_before_claude_answered_has_a_row_of_its_own(alice):
    answer = begin(alice)
    create_call(alice, 1_000, message=answer, state="complete")
    reserve(answer, 9_000)
    lose(answer)
    settle_lost_calls()
    assert list(Usage.objects.order_by("created").values_list("state", flat=True)) == ["complete", "cut"]


def test_a_running_call_is_not_lost_however_old_it_is(alice):
    answer = begin(alice)
    reservation = reserve(answer, 9_000)
    reserve(answer, 100, "title")
    usage = create_call(alice, None, message=answer)
    make_old(reservation, usage)
    settle_lost_calls()
    assert month() == (0, 9_100)
    usage.refresh_from_db()
    assert usage.state == "open"


def test_a_lost_title_is_known_by_its_age(alice):
    conversation = create_conversation(alice)
    reserve(conversation.head, 9_000).settle(5)
    reservation = reserve(conversation.head, 800, "title")
    usage = create_call(alice, None, message=conversation.head, purpose="title", input_tokens=500)
    settle_lost_calls()
    assert month() == (5, 800)
    make_old(reservation, usage)
    settle_lost_calls()
    usage.refresh_from_db()
    assert (usage.state, usage.cost, usage.output_tokens) == ("cut", 1_000, 0)
    assert month() == (1_005, 0)


def test_a_reservation_whose_message_is_deleted_is_known_by_its_age(alice):
    answer = begin(alice)
    reservation = reserve(answer, 9_000)
    usage = create_call(alice, None, message=answer, input_tokens=100)
    Conversation.objects.all().delete()
    settle_lost_calls()
    assert month() == (0, 9_000)
    make_old(reservation, usage)
    settle_lost_calls()
    assert month() == (200, 0)
    assert Usage.objects.get().state == "cut"


def test_a_lost_summary_of_a_file_that_its_model_does_not_take_is_settled(alice):
    report = create_file(alice, "report.pdf", kind="pdf", pages=150, tokens=345_000)
    conversation = finish_answer(begin(alice, "The harbour?", attachments=(report.pk,))).conversation
    answer = ask(conversation, "And then?", model="claude-next-9")
    make_old(reserve(answer, 9_000, "summary"))
    lose(answer)
    settle_lost_calls()
    assert not Reservation.objects.exists()
    assert Usage.objects.get().purpose == "summary"


def test_the_files_of_a_prompt_that_was_lost_are_estimated_too(alice):
    report = create_file(alice, "report.pdf", kind="pdf", pages=10, tokens=23_000)
    answer = begin(alice, "The harbour?", attachments=(report.pk,))
    reserve(answer, 90_000)
    lose(answer)
    settle_lost_calls()
    assert Usage.objects.get().input_tokens > 23_000


def test_what_a_lost_answer_was_sent_from_stays(alice):
    conversation = create_conversation(alice, "One?", "Two?")
    first, *_rest = conversation.thread()
    answer = ask(conversation, "Three?")
    type(answer).objects.filter(pk=answer.pk).update(sent_from=first)
    reserve(answer, 9_000)
    lose(answer)
    settle_lost_calls()
    answer.refresh_from_db()
    assert answer.sent_from == first


def test_a_lost_call_that_cannot_be_settled_does_not_keep_the_others_from_it(alice, monkeypatch, caplog):
    answers = [begin(alice), begin(alice)]
    first, second = (reserve(answer, 9_000) for answer in answers)
    for answer in answers:
        lose(answer)

    def build_request(answer):
        if answer.pk == first.message_id:
            raise ValueError("odd")
        return start.build_request(answer)

    monkeypatch.setattr(recovery, "build_request", build_request)
    settle_lost_calls()
    assert list(Reservation.objects.values_list("pk", flat=True)) == [first.pk]
    assert Usage.objects.get().message_id == second.message_id
    assert f"The lost call {first.pk} cannot be settled" in caplog.text


# Calls that this process settles


def started_call(answer, reservation, max_tokens=16_000):
    """A call to which Claude has begun to answer."""
    call = UpstreamCall(Request("claude-sonnet-5-5", [], max_tokens=max_tokens), answer, reservation=reservation)
    call._start(MessageStarted("req_1", "claude-sonnet-5-5", Tokens(input=1_000)))
    return call


def test_a_call_that_comes_back_after_it_was_recovered_is_paid_for_once(alice):
    answer = begin(alice)
    call = started_call(answer, reserve(answer, 9_000))
    insert_usages([call.usage])
    lose(answer)
    settle_lost_calls()
    call._finished = MessageFinished("end_turn", Tokens(input=1_000, output=700))
    call.settle()
    assert Usage.objects.get().cost == 9_000
    assert month() == (9_000, 0)


def test_a_call_whose_first_settling_failed_is_paid_for_all_the_same(alice, monkeypatch):
    answer = begin(alice)
    call = started_call(answer, reserve(answer, 9_000))
    monkeypatch.setattr(Reservation, "settle", lambda *_arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        call.settle()
    monkeypatch.undo()
    insert_usages([call.usage])  # a checkpoint before the second attempt
    call.settle()
    usage = Usage.objects.get()
    assert usage.state == "cut"
    assert month() == (usage.cost, 0)


def test_a_call_whose_conversation_is_deleted_keeps_its_usage(alice):
    answer = begin(alice)
    call = started_call(answer, reserve(answer, 9_000))
    Conversation.objects.all().delete()
    call.settle(detach=True)
    usage = Usage.objects.get()
    assert (usage.message, usage.conversation, usage.user) == (None, None, alice)
    assert month() == (usage.cost, 0)


def test_the_cost_of_a_model_without_a_price_is_unknown(alice):
    answer = begin(alice)
    call = UpstreamCall(Request("claude-next-9", []), answer, reservation=reserve(answer, None))
    call._start(MessageStarted("req_1", "claude-next-9", Tokens(input=100, output=10)))
    call.settle()
    assert Usage.objects.get().cost is None


def test_an_estimate_is_never_more_than_the_call_was_allowed_to_write(alice):
    answer = begin(alice)
    call = started_call(answer, reserve(answer, 9_000), max_tokens=10)
    call._characters = 4_000
    call.settle()
    usage = Usage.objects.get()
    assert (usage.output_tokens, usage.cost) == (10, 2_000 + 10 * 10)
    assert usage.estimated


# The ending


def test_an_ending_leaves_the_instance_alone_that_a_request_may_be_rendering(alice):
    answer = begin(alice)
    end, html = store_outcome(answer, Outcome("stopped", "stopped", text_content("Half")))
    assert (end.state, end.ending, html) == ("stopped", "stopped", '<p dir="auto">Half</p>\n')
    assert (answer.state, answer.text, answer.finished) == ("writing", "", None)


def test_an_outcome_that_cannot_be_stored_is_reduced_to_its_text(alice):
    answer = begin(alice)
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    outcome = Outcome("complete", "finished", [thinking, *text_content("All of it.")], "end_turn")
    store_outcome(answer, outcome.drop_metadata())
    answer.refresh_from_db()
    assert (answer.state, answer.text, answer.html_version) == ("complete", "All of it.", 0)
    assert answer.content == text_content("All of it.")
