"""The prompt cache: what is asked to be kept, why it was missed, and what it saved."""

from conversations.claude.client import Request
from conversations.models import Message, TeamSettings, Usage
from conversations.replies.call import max_cost
from tests.presentation.test_details import rows

LONG_INSTRUCTIONS = "Answer as a harbour master would. " * 80


def test_long_instructions_are_cached_for_an_hour_and_the_turns_as_usual(ask, last_request):
    TeamSettings.objects.update_or_create(pk=1, defaults={"instructions": LONG_INSTRUCTIONS})
    ask("[[echo:Aye.]]")

    sent = last_request()
    assert sent["system"] == [
        {"type": "text", "text": LONG_INSTRUCTIONS, "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    ]
    assert sent["cache_control"] == {"type": "ephemeral"}


def test_what_is_kept_for_an_hour_is_reserved_at_its_price():
    short, long = Request("claude-sonnet-5-5", [], "x" * 1_999), Request("claude-sonnet-5-5", [], "x" * 2_000)
    # A byte more at $2.50, and 2 000 at $1.50 more than that.
    assert (max_cost(long) or 0) - (max_cost(short) or 0) == 3 + 2_000 * 1.5


def test_the_second_request_asks_why_the_cache_of_the_first_was_missed(ask, last_request):
    _stream, first = ask("[[echo:One.]]")
    _stream, second = ask("[[echo:Two.]]", first.conversation_id)

    assert last_request()["diagnostics"] == {"previous_message_id": first.upstream_id}
    assert first.upstream_id.startswith("msg_")
    assert Usage.objects.get(message=second).cache_miss == ""


def test_alice_reads_why_the_cache_was_missed(ask):
    _stream, first = ask("[[echo:One.]]" + "And many words. " * 100)
    stream, second = ask("[[echo:Two.]]", first.conversation_id, model="claude-opus-5-5")

    usage = Usage.objects.get(message=second)
    assert (usage.cache_miss, usage.cache_missed_tokens > 300) == ("model_changed", True)
    missed = f"{usage.cache_missed_tokens:,}"
    assert rows(stream.end["html"])["Cache"] == f"{missed} tokens missed: another model was asked before"


def test_alice_reads_what_the_cache_saved(ask):
    _stream, first = ask("[[echo:One.]]" + "And many words. " * 1000)
    assert Usage.objects.get().saved < 0, "the first question only writes"
    stream, second = ask("[[echo:Two.]]", first.conversation_id)

    usage = Usage.objects.get(message=second)
    # Sonnet 5.5: $2.00 as input, $0.10 from the cache, $2.50 into it.
    assert usage.saved == round(usage.cache_read_tokens * 1.9 - usage.cache_write_5m_tokens * 0.5)
    assert "Saved by the cache" in rows(stream.end["html"])


def test_the_effort_and_the_time_of_thinking_are_in_the_details(ask):
    stream, answer = ask("[[rate:50]][[thinking:Let me see.]][[echo:Yes.]]", effort="high")

    assert answer.effort == "high"
    assert rows(stream.end["html"])["Effort"] == "High effort"
    assert rows(stream.end["html"])["Thinking"].endswith(" s")


def test_haiku_can_be_asked_not_to_think_and_sonnet_thinks_a_little_instead(ask, last_request):
    _stream, answer = ask("[[echo:Yes.]]", model="claude-haiku-5-5", effort="off")
    assert last_request()["thinking"] == {"type": "disabled"}
    ask("[[echo:Yes.]]", answer.conversation_id, model="claude-sonnet-5-5", effort="off")
    assert last_request()["thinking"]["type"] == "adaptive"
    assert last_request()["output_config"] == {"effort": "low"}
    assert list(Message.objects.filter(role="assistant").values_list("effort", flat=True)) == ["off", "low"]


def test_an_effort_is_offered_where_a_model_says_that_it_takes_it(visitor):
    page = visitor.http.get("/").text
    assert "Maximum effort" in page
    assert 'data-efforts="off low medium high xhigh max"' in page
