"""The stand-in as the official SDK finds it: replies, thinking, tools, usage, models and faults."""

import time

import anthropic
import httpx2
import pytest

SONNET = "claude-sonnet-5-5"


@pytest.fixture
def claude(stand_in):
    stand_in.reset()
    with anthropic.Anthropic(base_url=stand_in.url, api_key="test-key", max_retries=0) as client:
        yield client


def request(question, **wishes):
    turns = [{"role": "user", "content": question}]
    return {"model": SONNET, "max_tokens": 2_000, "messages": turns} | wishes


def streamed(claude, question, **wishes):
    with claude.messages.stream(**request(question, **wishes)) as stream:
        return stream.get_final_message()


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


# Replies


@pytest.mark.parametrize("cut", ["", "[[burst]]", "[[bytes:1]]", "[[split:utf8]]"])
def test_a_reply_is_the_same_streamed_and_whole_however_it_is_cut(claude, cut):
    question = f"[[rate:0]][[echo:Grüße 😀, it's me.]][[thinking:Hm.]]{cut}"
    parts, whole = streamed(claude, question), claude.messages.create(**request(question))

    assert text_of(parts) == text_of(whole) == "Grüße 😀, it's me."
    assert [block.type for block in parts.content] == [block.type for block in whole.content] == ["thinking", "text"]
    assert parts.usage.output_tokens == whole.usage.output_tokens
    assert parts.stop_reason == whole.stop_reason == "end_turn"


def test_the_pace_is_kept(claude, stand_in):
    streamed(claude, "[[rate:100]][[deltas:30]]")

    [record] = stand_in.recorded()
    seconds = record["finished"]["monotonic"] - record["started"]["monotonic"]
    assert record["text_deltas"] == 30
    assert 0.28 < seconds < 3


def test_pieces_say_when_they_were_sent(claude):
    began = time.monotonic()
    words = text_of(streamed(claude, "[[rate:100]][[clock:3]][[echo:one two three four five]]")).split()

    assert [word for word in words if word[0] != "@"] == ["one", "two", "three", "four", "five"]
    sent = [float(word[1:]) for word in words if word[0] == "@"]
    assert began < sent[0] < sent[1] - 0.02 < time.monotonic()


@pytest.mark.parametrize("kind", ["prose", "list", "fence", "table"])
def test_text_of_any_length_and_shape(claude, kind):
    assert len(text_of(streamed(claude, f"[[rate:0]][[kind:{kind}]][[chars:1234]]"))) == 1_234


def test_an_ordinary_question_gets_an_ordinary_answer(claude):
    answer = streamed(claude, "Can you write a bash script that makes a backup? [[rate:0]]")

    assert [block.type for block in answer.content] == ["thinking", "text"]
    assert "```" in text_of(answer)
    assert text_of(streamed(claude, "Hello! [[rate:0]]"))


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("refusal", "refusal"),
        ("max_tokens", "max_tokens"),
        ("window", "model_context_window_exceeded"),
        ("pause_turn", "pause_turn"),
        ("tool", "tool_use"),
        ("noreason", None),
    ],
)
def test_the_reasons_to_stop(claude, marker, reason):
    assert streamed(claude, f"Hello [[rate:0]][[{marker}]]").stop_reason == reason


def test_a_cut_answer_is_continued_where_it_stopped(claude):
    first = streamed(claude, "[[rate:0]]How do I bake bread?", max_tokens=60)
    assert first.stop_reason == "max_tokens"
    turns = [
        {"role": "user", "content": "[[rate:0]]How do I bake bread?"},
        {"role": "assistant", "content": text_of(first)},
        {"role": "user", "content": "[[rate:0]]Please continue exactly where you stopped."},
    ]
    rest = claude.messages.create(model=SONNET, max_tokens=4_000, messages=turns)
    whole = claude.messages.create(**request("[[rate:0]]How do I bake bread?", max_tokens=4_000))
    assert text_of(first) + text_of(rest) == text_of(whole)


# Thinking and tools


def test_thinking_is_shown_only_to_those_who_ask(claude):
    hidden, _ = streamed(claude, "[[thinking:Hm.]][[echo:Yes.]]").content
    shown, _ = streamed(
        claude, "[[thinking:Hm.]][[echo:Yes.]]", thinking={"type": "adaptive", "display": "summarized"}
    ).content

    assert (hidden.thinking, shown.thinking) == ("", "Hm.")
    assert hidden.signature
    assert shown.signature


def test_a_tool_is_called_with_input_that_comes_in_pieces(claude):
    tools = [{"name": "forecast", "input_schema": {"type": "object"}}]
    answer = streamed(claude, "[[rate:0]][[echo:Let me look.]][[tool]]", tools=tools)

    call = answer.content[-1]
    assert (call.type, call.name, call.input["city"]) == ("tool_use", "forecast", "Oslo")
    assert answer.stop_reason == "tool_use"


# Counting


def test_the_second_question_is_read_from_the_cache(claude):
    wishes = {"cache_control": {"type": "ephemeral"}}
    first = claude.messages.create(**request("word " * 200 + "[[echo:Yes.]]", **wishes)).usage
    turns = [*request("word " * 200 + "[[echo:Yes.]]")["messages"], {"role": "assistant", "content": "Yes."}]
    turns.append({"role": "user", "content": "[[echo:No.]]"})
    second = claude.messages.create(model=SONNET, max_tokens=100, messages=turns, **wishes).usage

    assert first.cache_read_input_tokens == 0
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens > 200
    assert second.cache_creation.ephemeral_5m_input_tokens == second.cache_creation_input_tokens > 0


def test_tokens_are_counted_alike_before_and_after(claude):
    counted = claude.messages.count_tokens(
        model=SONNET, messages=[{"role": "user", "content": "Hello there.[[echo:Yes.]]"}]
    )

    assert counted.input_tokens == claude.messages.create(**request("Hello there.[[echo:Yes.]]")).usage.input_tokens


def test_models_are_listed_page_by_page(claude):
    first = claude.models.list(limit=3)
    ids = [model.id for model in claude.models.list(limit=3)]

    assert (len(first.data), first.has_more) == (3, True)
    assert len(ids) == len(set(ids)) == 10
    assert "claude-opus-4-20250514" not in ids
    assert claude.models.retrieve(SONNET).max_input_tokens == 1_000_000


# Faults


def test_a_status_strikes_so_often_and_no_more(claude, stand_in):
    question = "[[status:529:0.1:times:2]][[echo:Yes.]]"
    assert text_of(claude.with_options(max_retries=2).messages.create(**request(question))) == "Yes."

    assert [record["status"] for record in stand_in.recorded()] == [529, 529, 200]
    assert [record["headers"]["x-stainless-retry-count"] for record in stand_in.recorded()] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("marker", "error"),
    [
        ("status:429:9", anthropic.RateLimitError),
        ("status:529", anthropic.OverloadedError),
        ("status:413", anthropic.APIStatusError),
        ("error:overloaded_error:1", anthropic.APIStatusError),
        ("drop", anthropic.APIConnectionError),
        ("reset:1", httpx2.HTTPError),
    ],
)
def test_the_sdk_raises_what_it_raises_at_the_real_api(claude, marker, error):
    with pytest.raises(error):
        streamed(claude, f"[[{marker}]]One two three.")


def test_a_stream_that_is_cut_says_nothing_of_it(claude):
    message = streamed(claude, "[[truncate:2]][[echo:One two three.]]")

    assert (text_of(message), message.stop_reason) == ("One two ", None)


def test_unknown_events_deltas_and_blocks_do_not_disturb(claude):
    with claude.messages.create(**request("[[rate:0]][[unknown]][[echo:One two.]]"), stream=True) as stream:
        kinds = {event.type for event in stream}

    assert "mystery_event" in kinds
