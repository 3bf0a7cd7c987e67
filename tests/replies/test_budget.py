"""The month's amount through the site: who is refused and what they read, and that every ending gives back the rest."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from conversations.models import (
    Conversation,
    IdempotencyKey,
    Message,
    MonthlySpending,
    Question,
    Reservation,
    TeamSettings,
    Usage,
)
from conversations.models.content import text_content
from conversations.replies.start import store_question
from tests.history import create_conversation
from tests.site import Site, Visitor, eventually, stored

SPENT = "What is left of this month's amount for Claude is not enough. Ask an administrator."


def limit(dollars):
    TeamSettings.objects.update_or_create(pk=1, defaults={"monthly_limit": Decimal(dollars)})


def books():
    """(spent, reserved), and that what is spent is what the calls have cost."""
    row = MonthlySpending.objects.get()
    assert row.spent == (Usage.objects.aggregate(cost=Sum("cost"))["cost"] or 0)
    assert row.reserved == (Reservation.objects.aggregate(amount=Sum("amount"))["amount"] or 0)
    return row.spent, row.reserved


def settled():
    """What is spent, once nothing is reserved any more."""
    eventually(lambda: not Reservation.objects.exists())
    spent, reserved = books()
    assert reserved == 0
    return spent


# Refused


def test_at_the_limit_alice_reads_why_and_keeps_what_she_typed(site, alice, stand_in):
    limit("0.01")
    http = Visitor(site, alice).http
    page = http.post("/conversations/", data={"text": "A long <question>", "key": "k"})
    assert page.status_code == 429
    assert "What is left of this month&#x27;s amount for Claude is not enough. Ask an administrator." in page.text
    assert "A long &lt;question&gt;" in page.text
    script = http.post("/conversations/", data={"text": "Hi"}, headers={"Accept": "text/event-stream"})
    program = http.post("/api/chat", json={"message": "Hi", "key": "k"})
    for refused in (script, program):
        assert (refused.status_code, refused.json()) == (429, {"error": SPENT})
        assert "retry-after" not in refused.headers
    assert [each.objects.count() for each in (Conversation, Message, IdempotencyKey, Reservation)] == [0] * 4
    assert not stand_in.recorded()


def test_another_attempt_at_the_limit_leaves_the_answer_that_is_there(site, alice):
    conversation = create_conversation(alice)
    limit("0.01")
    refused = Visitor(site, alice).http.post(
        f"/messages/{conversation.head_id}/reply/", headers={"Accept": "text/event-stream"}
    )
    assert (refused.status_code, refused.json()) == (429, {"error": SPENT})
    assert Conversation.objects.get().head_id == conversation.head_id


def test_too_many_answers_are_a_reason_that_comes_before_the_amount(site, alice):
    with (
        Visitor(site, alice).chatting("[[stall:0]]"),
        Visitor(site, alice).chatting("[[stall:0]]"),
        Visitor(site, alice).chatting("[[stall:0]]"),
    ):
        limit("0.01")
        refused = Visitor(site, alice).http.post("/api/chat", json={"message": "Hi"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert refused.json()["error"].startswith("You have as many running answers")


def test_a_model_whose_price_nobody_knows_is_refused_under_a_limit_only(transactional_db, alice, stand_in):
    models = "claude-sonnet-5-5,claude-next-9"
    with Site(stand_in.url, CHAT_MODELS=models) as site:
        visitor = Visitor(site, alice)
        assert visitor.ask("Hi", model="claude-next-9").end["code"] == "model_unavailable"
        limit("100")
        refused = visitor.http.post("/api/chat", json={"message": "Hi", "model": "claude-next-9"})
        assert visitor.ask("[[echo:Yes.]]").end["state"] == "complete"
    assert refused.status_code == 409
    assert refused.json()["error"].startswith("The price of this model is not known")
    assert settled() > 0


# Reserved and settled


def test_a_finished_answer_costs_what_it_cost_and_no_more(site, alice):
    limit("1")
    with Visitor(site, alice).asking("[[chars:400]][[rate:200]]") as stream:
        stream.until_text()
        assert books()[1] > 160_000
        assert stream.end["state"] == "complete"
    assert settled() == stream.end["usage"]["cost"] > 0


@pytest.mark.parametrize(
    "marker", ["[[status:500]]", "[[truncate:3]]", "[[reset:0]]", "[[malformed:5]]", "[[refusal]]"]
)
def test_however_the_call_ends_nothing_stays_reserved(site, alice, marker):
    Visitor(site, alice).ask(f"{marker}[[nothinking]] Are you there?")
    assert (settled() > 0) is Usage.objects.exists()


def test_a_call_that_never_began_costs_nothing(site, alice):
    Visitor(site, alice).ask("[[status:400]]")
    assert settled() == 0
    assert not Usage.objects.exists()


def test_a_stopped_answer_gives_back_the_rest(site, alice):
    visitor = Visitor(site, alice)
    with visitor.asking("[[endless]]") as stream:
        stream.until_text()
        visitor.stop(stream.start["reply"])
    assert settled() > 0


def test_a_repeat_with_the_same_key_reserves_nothing_more(site, alice):
    wish = {"text": "[[stall:1]]", "key": "once"}
    with Visitor(site, alice).asking(**wish) as stream, Visitor(site, alice).asking(**wish) as again:
        assert again.start["reply"] == stream.start["reply"]
        assert Reservation.objects.count() == 1
        Visitor(site, alice).stop(stream.start["reply"])
    settled()


def test_an_answer_whose_conversation_is_deleted_for_good_is_settled_all_the_same(site, alice):
    with Visitor(site, alice).asking("[[endless]]") as stream:
        stream.until_text()
        eventually(Usage.objects.exists)
        Conversation.objects.all().delete()
        assert stream.end["ending"] == "deleted"
    assert settled() > 0


def test_a_call_made_again_is_paid_for_twice(site, alice, stand_in):
    limit("0.60")
    stream = Visitor(site, alice).ask("[[error:overloaded_error:0]][[nothinking]][[times:1]]Are you there?")
    assert stream.end["state"] == "complete"
    assert Usage.objects.count() == len(stand_in.recorded()) == 2
    assert settled() == Usage.objects.aggregate(cost=Sum("cost"))["cost"]


def test_a_call_is_not_made_again_when_nothing_is_left_for_it(site, alice, stand_in):
    # The first call costs the 25 000 tokens that it was sent; what is left is less than another may cost.
    question = "[[error:overloaded_error:0]][[nothinking]]Are you there?" + "!" * 100_000
    limit("0.42")
    visitor = Visitor(site, alice)
    stream = visitor.ask(question)
    assert (stream.end["state"], stream.end["code"]) == ("failed", "budget_spent")
    assert "is not enough" in stream.end["html"]
    assert len(stand_in.recorded()) == Usage.objects.count() == 1
    assert settled() > 0
    MonthlySpending.objects.update(spent=0)
    with visitor.chatting(question) as plain:
        plain.read_to_end()
    assert plain.frames[-2][1]["error"] == f"429 Too Many Requests: {SPENT}"


def test_what_a_killed_server_had_reserved_comes_back(site, alice, stand_in):
    with Site(stand_in.url) as killed, Visitor(killed, alice).asking("[[endless]][[rate:100]]") as stream:
        reply = stream.start["reply"]
        eventually(Usage.objects.exists)
        killed.kill()
    assert books()[1] > 0
    assert stored(reply, 20).ending == "lost"
    assert settled() > 0


# Told


def test_at_four_fifths_of_the_limit_carol_gets_one_letter(transactional_db, alice, carol, stand_in, capfd):
    cache.clear()
    with Site(stand_in.url, EMAIL_URL="consolemail://") as site:
        visitor = Visitor(site, alice)
        limit("10")
        visitor.ask("[[echo:Not yet.]]")
        MonthlySpending.objects.update(spent=8_000_000)
        for _attempt in range(3):
            assert visitor.ask("[[echo:Yes.]]").end["state"] == "complete"
    sent = capfd.readouterr().out
    assert sent.count("Subject: The monthly amount for Claude is nearly used up") == 1
    assert "To: carol@example.com" in sent
    assert "80 % of this month's limit of $10.00 are spent." in sent


# What it takes


def test_asking_in_a_long_conversation_takes_as_many_queries_as_in_a_short_one(alice):
    long, short = create_conversation(alice), create_conversation(alice)
    parent = long.head
    for number in range(1_100):
        role = "assistant" if number % 2 else "user"
        parent = long.messages.create(parent=parent, role=role, content=text_content(f"Turn {number}."))
    Conversation.objects.filter(pk=long.pk).update(head=parent)
    question = Question(text="And now?", model="claude-sonnet-5-5")
    store_question(Conversation.draft(alice, question), question, "the-tests")  # inserts the row of the month
    counts = []
    for conversation in (short, Conversation.objects.get(pk=long.pk)):
        with CaptureQueriesContext(connection) as captured:
            started = store_question(conversation, question, "the-tests")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15
    assert started.reply_call
    assert len(started.reply_call.request.messages) > 1_000
