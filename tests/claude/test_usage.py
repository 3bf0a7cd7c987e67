"""What each call used and cost: as Claude counts it, also when it was cut, and after everything else is gone."""

import pytest
from django.utils import timezone

from conversations.claude.models import get_model
from conversations.models import Conversation, Message, Usage
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
    assert row.output_tokens >= 1_000
    assert row.cost == get_model(row.model).cost(row.tokens, timezone.now().date())
    assert row.cost
    assert row.cost > 10_000
    assert stream.end["usage"] == {
        "model": "Sonnet 5.5",
        "input_tokens": row.tokens.prompt,
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
        assert row.tokens.prompt > 0
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
