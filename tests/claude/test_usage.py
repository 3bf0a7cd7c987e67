"""What each call used and cost: as Claude counts it, also when it was cut, and after everything else is gone."""

import pytest
from django.utils import timezone

from conversations.claude.client import MessageStarted
from conversations.claude.models import Tokens, get_model
from conversations.models import Conversation, Message, Usage
from conversations.replies.calls import Call, settle
from tests.history import MODEL, begin
from tests.site import eventually


def counted(usage):
    """A row, in the words of the API."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "cache_creation_input_tokens": usage.cache_write_5m_tokens + usage.cache_write_1h_tokens,
    }


def upstream(record):
    return {name: record["usage"][name] for name in ("input_tokens", "output_tokens")} | {
        name: record["usage"][name] for name in ("cache_read_input_tokens", "cache_creation_input_tokens")
    }


# Through the site


def test_alices_usage_is_what_claude_counted(outcome, alice, stand_in):
    for _ in range(2):
        _, answer = outcome("[[rate:0]][[thinking:Let me see.]][[chars:2000]]" + "word " * 200)
        answer = outcome("[[echo:The second answer.]]", answer.conversation_id)[1]

    rows = list(Usage.objects.order_by("created"))
    assert [counted(row) for row in rows] == [upstream(record) for record in stand_in.recorded()]
    assert rows[1].cache_read_tokens > 0
    assert {(row.state, row.estimated, row.purpose, row.user_id) for row in rows} == {
        ("complete", False, "reply", alice.pk)
    }
    assert rows[-1].message_id == answer.pk
    assert rows[-1].request_id == stand_in.recorded()[-1]["id"]


def test_alice_reads_what_her_answer_used_and_cost(outcome):
    stream, _ = outcome("[[rate:0]][[chars:4000]]")

    row = Usage.objects.get()
    tokens = Tokens(row.input_tokens, row.output_tokens, row.cache_write_5m_tokens, 0, row.cache_read_tokens)
    assert row.output_tokens >= 1_000
    assert row.cost == get_model(row.model).cost(tokens, timezone.now().date())
    assert row.cost
    assert row.cost > 10_000
    assert stream.end["usage"] == {
        "model": "Sonnet 5.5",
        "input_tokens": row.prompt_tokens,
        "output_tokens": row.output_tokens,
        "cached_share": 0,
        "cost": row.cost,
        "estimated": False,
    }


@pytest.mark.parametrize("marker", ["stall:40", "truncate:40", "reset:40"])
def test_a_cut_answer_has_the_prompt_as_counted_and_its_words_as_estimated(visitor, stand_in, marker):
    with visitor.asking(f"[[{marker}]][[rate:0]][[chars:4000]]") as stream:
        reply = stream.start["reply"]
        if "stall" in marker:
            eventually(lambda: len(Message.objects.get(pk=reply).text) > 150)
            visitor.stop(reply)
        stream.read_to_end()

    row, [asked] = Usage.objects.get(), stand_in.recorded()
    assert (row.state, row.estimated) == ("cut", True)
    assert counted(row) | {"output_tokens": 1} == upstream(asked)
    answer = Message.objects.get(pk=reply)
    assert row.output_tokens == -(-len(answer.text + answer.thinking) // 4) > 40
    assert row.cost
    assert stream.end["usage"]["estimated"] is True


def test_an_answer_without_a_final_count_is_complete_but_estimated(outcome):
    _, answer = outcome("[[nodelta_usage]][[nothinking]][[rate:0]][[chars:400]]")

    row = Usage.objects.get()
    assert (answer.state, row.state) == ("complete", "complete")
    assert (row.estimated, row.output_tokens) == (True, 100)


def test_the_row_is_there_while_alice_still_reads(visitor):
    with visitor.asking("[[stall:2]]") as stream:
        reply = stream.start["reply"]
        row = eventually(lambda: Usage.objects.filter(message=reply).first(), seconds=5)
        assert (row.state, row.cost) == ("open", None)
        assert row.prompt_tokens > 0
        visitor.stop(reply)

    assert Usage.objects.get().state == "cut"


def test_usage_outlives_the_conversation_and_alice(outcome, alice):
    _, answer = outcome("[[echo:Yes.]]")
    before = Usage.objects.values("cost", "input_tokens", "output_tokens").get()

    Conversation.objects.get(pk=answer.conversation_id).delete()
    alice.delete()

    row = Usage.objects.get()
    assert (row.user, row.conversation, row.message) == (None, None, None)
    assert Usage.objects.values("cost", "input_tokens", "output_tokens").get() == before


# At the models


def call(answer, model=MODEL, **tokens):
    return Call.begin(answer, MessageStarted("req_1", model, Tokens(**tokens)), longest=16_000)


def test_a_call_whose_conversation_is_gone_is_still_counted(alice):
    answer = begin(alice)
    settled = call(answer, input=100)
    answer.conversation.delete()
    settle([settled], 400)

    row = Usage.objects.get()
    assert (row.conversation, row.message, row.user) == (None, None, alice)
    assert (row.input_tokens, row.output_tokens, row.state) == (100, 100, "cut")


def test_a_model_without_a_price_costs_nobody_knows_what(alice):
    answer = begin(alice)
    settle([call(answer, model="claude-next-9", input=100, output=10)], 40)

    assert Usage.objects.get().cost is None


def test_what_failed_before_a_word_is_not_charged_with_the_words_of_the_next_attempt(alice):
    answer = begin(alice)
    settle([call(answer, input=100, output=1), call(answer, input=100, output=1)], 400)

    assert sorted(Usage.objects.values_list("output_tokens", flat=True)) == [1, 100]
