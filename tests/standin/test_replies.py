"""The stand-in as the official SDK sees it: text, thinking, tools, usage, models and faults."""

import time

import anthropic
import httpx2
import pytest

SONNET = "claude-sonnet-5-5"


@pytest.fixture
def client(stand_in):
    stand_in.reset()
    with anthropic.Anthropic(base_url=stand_in.url, api_key="test-key", max_retries=0) as client:
        yield client


def request(question, **fields):
    messages = [{"role": "user", "content": question}]
    return {"model": SONNET, "max_tokens": 2_000, "messages": messages} | fields


def stream(client, question, **fields):
    with client.messages.stream(**request(question, **fields)) as stream:
        return stream.get_final_message()


def extract_text(message):
    return "".join(block.text for block in message.content if block.type == "text")


# Text


@pytest.mark.parametrize("chunks", ["", "[[burst]]", "[[bytes:1]]", "[[split:utf8]]"])
def test_a_stream_has_the_content_of_the_whole_message_in_any_chunks(client, chunks):
    question = f"[[rate:0]][[echo:Grüße 😀, it's me.]][[thinking:Hm.]]{chunks}"
    streamed, whole = stream(client, question), client.messages.create(**request(question))

    assert extract_text(streamed) == extract_text(whole) == "Grüße 😀, it's me."
    assert [block.type for block in streamed.content] == [block.type for block in whole.content] == ["thinking", "text"]
    assert streamed.usage.output_tokens == whole.usage.output_tokens
    assert streamed.stop_reason == whole.stop_reason == "end_turn"


def test_a_stream_keeps_its_rate(client, stand_in):
    stream(client, "[[rate:100]][[deltas:30]]")

    [record] = stand_in.recorded()
    seconds = record["finished"]["monotonic"] - record["started"]["monotonic"]
    assert record["text_deltas"] == 30
    assert 0.28 < seconds < 3


def test_deltas_may_have_the_time_they_were_sent_at(client):
    started = time.monotonic()
    words = extract_text(stream(client, "[[rate:100]][[clock:3]][[echo:one two three four five]]")).split()

    assert [word for word in words if word[0] != "@"] == ["one", "two", "three", "four", "five"]
    first, second = [float(word[1:]) for word in words if word[0] == "@"]
    assert started < first < second - 0.02 < time.monotonic()


@pytest.mark.parametrize("kind", ["prose", "list", "fence", "table"])
def test_generated_text_has_the_length_that_was_asked_for(client, kind):
    assert len(extract_text(stream(client, f"[[rate:0]][[kind:{kind}]][[chars:1234]]"))) == 1_234


def test_a_question_is_answered_by_its_subject(client):
    answer = stream(client, "Can you write a bash script that makes a backup? [[rate:0]]")

    assert [block.type for block in answer.content] == ["thinking", "text"]
    assert "```" in extract_text(answer)


def test_a_greeting_is_answered(client):
    assert extract_text(stream(client, "Hello! [[rate:0]]"))


def test_a_cut_answer_is_continued_where_it_stopped(client):
    question = "[[rate:0]]How do I bake bread?"
    cut = stream(client, question, max_tokens=60)
    messages = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": extract_text(cut)},
        {"role": "user", "content": "[[rate:0]]Please continue exactly where you stopped."},
    ]
    rest = client.messages.create(model=SONNET, max_tokens=4_000, messages=messages)
    whole = client.messages.create(**request(question, max_tokens=4_000))

    assert cut.stop_reason == "max_tokens"
    assert extract_text(cut) + extract_text(rest) == extract_text(whole)


STOP_REASONS = {
    "[[refusal]]": "refusal",
    "[[max_tokens]]": "max_tokens",
    "[[window]]": "model_context_window_exceeded",
    "[[pause_turn]]": "pause_turn",
    "[[tool]]": "tool_use",
    "[[noreason]]": None,
}


@pytest.mark.parametrize(("marker", "reason"), STOP_REASONS.items())
def test_a_marker_chooses_the_stop_reason(client, marker, reason):
    assert stream(client, f"Hello [[rate:0]]{marker}").stop_reason == reason


# Thinking and tools


def test_thinking_is_hidden_unless_a_summary_is_asked_for(client):
    thinking, _ = stream(client, "[[thinking:Hm.]][[echo:Yes.]]").content

    assert thinking.thinking == ""
    assert thinking.signature


def test_thinking_is_shown_on_request(client):
    summarized = {"type": "adaptive", "display": "summarized"}
    thinking, _ = stream(client, "[[thinking:Hm.]][[echo:Yes.]]", thinking=summarized).content

    assert thinking.thinking == "Hm."
    assert thinking.signature


def test_a_tool_of_the_request_is_called(client):
    tools = [{"name": "forecast", "input_schema": {"type": "object"}}]
    answer = stream(client, "[[rate:0]][[echo:Let me look.]][[tool]]", tools=tools)

    call = answer.content[-1]
    assert (call.type, call.name, call.input["city"]) == ("tool_use", "forecast", "Oslo")
    assert answer.stop_reason == "tool_use"


# Usage


def test_the_second_question_reads_the_first_from_the_cache(client):
    cached = {"cache_control": {"type": "ephemeral"}}
    question = request("word " * 200 + "[[echo:Yes.]]", **cached)
    first = client.messages.create(**question).usage
    answer, follow_up = {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "[[echo:No.]]"}
    messages = [*question["messages"], answer, follow_up]
    second = client.messages.create(model=SONNET, max_tokens=100, messages=messages, **cached).usage

    assert first.cache_read_input_tokens == 0
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens > 200
    assert second.cache_creation.ephemeral_5m_input_tokens == second.cache_creation_input_tokens > 0


def test_the_count_of_tokens_is_that_of_the_usage(client):
    question = "Hello there.[[echo:Yes.]]"
    counted = client.messages.count_tokens(model=SONNET, messages=[{"role": "user", "content": question}])

    assert counted.input_tokens == client.messages.create(**request(question)).usage.input_tokens


# Models


def test_models_are_listed_page_by_page(client):
    page = client.models.list(limit=3)
    ids = [model.id for model in client.models.list(limit=3)]

    assert (len(page.data), page.has_more) == (3, True)
    assert len(ids) == len(set(ids)) == 11


def test_retired_models_are_not_listed(client):
    assert "claude-opus-4-20250514" not in [model.id for model in client.models.list()]


def test_a_model_is_found_by_its_id(client):
    assert client.models.retrieve(SONNET).max_input_tokens == 1_000_000


# Faults


def test_a_status_may_be_limited_to_the_first_calls(client, stand_in):
    question = "[[status:529:0.1:times:2]][[echo:Yes.]]"
    answer = client.with_options(max_retries=2).messages.create(**request(question))

    assert extract_text(answer) == "Yes."
    assert [record["status"] for record in stand_in.recorded()] == [529, 529, 200]
    assert [record["headers"]["x-stainless-retry-count"] for record in stand_in.recorded()] == ["0", "1", "2"]


ERRORS = {
    "[[status:429:9]]": anthropic.RateLimitError,
    "[[status:529]]": anthropic.OverloadedError,
    "[[status:413]]": anthropic.APIStatusError,
    "[[error:overloaded_error:1]]": anthropic.APIStatusError,
    "[[drop]]": anthropic.APIConnectionError,
    "[[reset:1]]": httpx2.HTTPError,
}


@pytest.mark.parametrize(("marker", "error"), ERRORS.items())
def test_the_sdk_raises_the_error_that_it_raises_for_the_real_api(client, marker, error):
    with pytest.raises(error):
        stream(client, f"{marker}One two three.")


def test_the_sdk_reports_nothing_for_a_truncated_stream(client):
    message = stream(client, "[[truncate:2]][[echo:One two three.]]")

    assert extract_text(message) == "One two "
    assert message.stop_reason is None


def test_the_sdk_skips_unknown_events_deltas_and_blocks(client):
    question = request("[[rate:0]][[unknown]][[echo:One two.]]")
    with client.messages.create(**question, stream=True) as events:
        types = {event.type for event in events}

    assert "mystery_event" in types
