"""The tokens and the cost of each call: as Claude counts them, and estimated where a call is cut."""

import json

import pytest
from django.utils import timezone

from conversations.claude.models import get_model
from conversations.models import Conversation, Message, Usage
from tests.claude.outcomes import recorded_usage, summarize_usage
from tests.site import eventually

# Complete answers


def test_the_usage_of_an_answer_is_what_claude_counted(ask, alice, stand_in):
    _stream, answer = ask("[[rate:0]][[thinking:Let me see.]][[chars:2000]]")

    row, record = Usage.objects.get(), stand_in.recorded()[0]
    assert summarize_usage(row) == recorded_usage(record)
    assert (row.state, row.estimated, row.purpose) == ("complete", False, "reply")
    assert (row.user, row.message, row.request_id) == (alice, answer, record["id"])


def test_the_usage_of_the_second_answer_has_what_came_from_the_cache(ask, stand_in):
    _stream, first = ask("[[echo:The first answer.]]" + "And many words. " * 200)
    _stream, second = ask("[[echo:The second answer.]]", first.conversation_id)

    row = Usage.objects.get(message=second)
    assert summarize_usage(row) == recorded_usage(stand_in.recorded()[1])
    assert row.cache_read_tokens > 0


def test_the_cost_is_that_of_the_tokens_at_the_price_of_the_day(ask):
    ask("[[rate:0]][[chars:4000]]")

    row = Usage.objects.get()
    assert row.output_tokens >= 1_000
    assert row.cost == get_model(row.model).cost(row.tokens, timezone.now().date())
    assert row.cost
    assert row.cost > 10_000


def test_alice_reads_what_her_answer_used_and_cost(ask):
    stream, _answer = ask("[[rate:0]][[chars:4000]]")

    row = Usage.objects.get()
    assert stream.end["usage"] == {
        "model": "Sonnet 5.5",
        "input_tokens": row.tokens.prompt,
        "output_tokens": row.output_tokens,
        "web_searches": 0,
        "cached_share": 0,
        "cache_miss": "",
        "cache_missed_tokens": 0,
        "context_percent": 0,
        "cost": row.cost,
        "saved": row.saved,
        "estimated": False,
    }


def test_an_answer_without_a_final_count_is_complete_and_estimated(ask):
    _stream, answer = ask("[[nodelta_usage]][[nothinking]][[rate:0]][[chars:400]]")

    row = Usage.objects.get()
    assert (answer.state, row.state) == ("complete", "complete")
    assert (row.estimated, row.output_tokens) == (True, 100)


@pytest.mark.parametrize(
    "usage",
    [
        {"output_tokens": -1},
        {"output_tokens": 99.5},
        {"output_tokens": "99"},
        {"output_tokens": 10**30},
        {"output_tokens": 10**9},
        {"output_tokens": 99, "input_tokens": 2**31},
        {"output_tokens": 99, "cache_creation_input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": 2}},
    ],
)
def test_alice_reads_an_answer_whose_count_cannot_be_true(ask, usage):
    stream, answer = ask(f"[[usage:{json.dumps(usage)}]][[rate:0]][[chars:400]]")

    row = Usage.objects.get()
    assert (answer.state, row.state, row.estimated) == ("complete", "complete", True)
    assert 99 <= row.output_tokens <= 16_000
    assert 0 < row.tokens.prompt <= 1_000_000
    assert 0 < (row.cost or 0) < 5_000_000
    assert answer.text[:20] in stream.end["html"]


# Answers that are cut


def stop_after_some_text(visitor):
    with visitor.asking("[[stall:40]][[rate:0]][[chars:4000]]") as stream:
        reply = stream.start["reply"]
        eventually(lambda: len(Message.objects.get(pk=reply).text) > 150)
        visitor.stop(reply)
        stream.read_to_end()
    return stream


def let_break(marker):
    return lambda visitor: visitor.ask(f"[[{marker}]][[rate:0]][[chars:4000]]")


@pytest.mark.parametrize(
    "cut_answer",
    [stop_after_some_text, let_break("truncate:40"), let_break("reset:40")],
    ids=["stopped", "truncated", "reset"],
)
def test_a_cut_answer_has_the_prompt_as_counted_and_its_output_estimated(visitor, stand_in, cut_answer):
    stream = cut_answer(visitor)

    row, answer = Usage.objects.get(), Message.objects.get(pk=stream.start["reply"])
    assert (row.state, row.estimated, stream.end["usage"]["estimated"]) == ("cut", True, True)
    assert summarize_usage(row) | {"output_tokens": 1} == recorded_usage(stand_in.recorded()[0])
    assert row.output_tokens == -(-len(answer.text + answer.thinking) // 4) > 40
    assert row.cost


# The rows


def test_the_row_is_there_while_the_answer_is_written(visitor):
    with visitor.asking("[[stall:2]]") as stream:
        reply = stream.start["reply"]
        row = eventually(lambda: Usage.objects.filter(message=reply).first(), seconds=5)
        visitor.stop(reply)

    assert (row.state, row.cost) == ("open", None)
    assert row.tokens.prompt > 0


def test_the_row_outlives_the_conversation_and_alice(ask, alice):
    _stream, answer = ask("[[echo:Yes.]]")
    before = summarize_usage(Usage.objects.get())
    Conversation.objects.get(pk=answer.conversation_id).delete()
    alice.delete()

    row = Usage.objects.get()
    assert (row.user, row.conversation, row.message) == (None, None, None)
    assert summarize_usage(row) == before
    assert row.cost
