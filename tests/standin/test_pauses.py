"""A turn that pauses: its client sends it back unchanged, and the stand-in writes the next part."""

import anthropic
import pytest

SONNET = "claude-sonnet-5-5"


@pytest.fixture
def client(stand_in):
    with anthropic.Anthropic(base_url=stand_in.url, api_key="test-key", max_retries=0) as client:
        yield client


def ask(client, question, *content, thinking=None):
    """Ask, or continue the turn that has this content so far."""
    messages = [{"role": "user", "content": question}]
    if content:
        messages.append({"role": "assistant", "content": list(content)})
    options = {"thinking": thinking} if thinking else {}
    with client.messages.stream(model=SONNET, max_tokens=1_000, messages=messages, **options) as stream:
        return stream.get_final_message()


def extract_text(message):
    return "".join(block.text for block in message.content if block.type == "text")


def text_block(text):
    return {"type": "text", "text": text}


def test_a_turn_pauses_as_often_as_its_marker_says(client):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn:2]]"
    first = ask(client, question)
    second = ask(client, question, *first.content)
    third = ask(client, question, *first.content, *second.content)

    assert [part.stop_reason for part in (first, second, third)] == ["pause_turn", "pause_turn", "end_turn"]


def test_every_part_of_a_turn_has_its_own_text(client):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn:2]]"
    first = ask(client, question)
    second = ask(client, question, *first.content)
    third = ask(client, question, *first.content, *second.content)

    assert extract_text(first) == "Yes."
    assert extract_text(second) == "\n\nPart 2:\n\nYes."
    assert extract_text(third) == "\n\nPart 3:\n\nYes."


def test_without_a_number_every_part_pauses(client):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn]]"
    first = ask(client, question)
    second = ask(client, question, *first.content)

    assert second.stop_reason == "pause_turn"


def test_the_text_so_far_may_be_sent_back_in_one_block(client):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn:2]]"
    first = ask(client, question)
    second = ask(client, question, *first.content)
    third = ask(client, question, text_block(extract_text(first) + extract_text(second)))

    assert third.stop_reason == "end_turn"


def test_asking_the_question_again_begins_a_new_turn(client):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn:1]]"
    ask(client, question)

    assert ask(client, question).stop_reason == "pause_turn"


@pytest.mark.parametrize("text", ["Yes", "Yes. And more.", "No."])
def test_a_turn_that_was_changed_is_refused_as_a_prefill(client, text):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn:1]]"
    ask(client, question)

    with pytest.raises(anthropic.BadRequestError, match="prefill"):
        ask(client, question, text_block(text))


def test_a_turn_that_did_not_pause_is_refused_as_a_prefill(client):
    finished = ask(client, "[[rate:0]][[nothinking]][[echo:Yes.]]")

    with pytest.raises(anthropic.BadRequestError, match="prefill"):
        ask(client, "[[rate:0]][[nothinking]][[echo:Yes.]]", *finished.content)


def test_a_finished_turn_cannot_be_continued_once_more(client):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn:1]]"
    first = ask(client, question)
    second = ask(client, question, *first.content)

    with pytest.raises(anthropic.BadRequestError, match="prefill"):
        ask(client, question, *first.content, *second.content)


def test_a_paused_turn_keeps_its_thinking(client):
    question = "[[rate:0]][[thinking:Hm.]][[echo:Yes.]][[pause_turn:1]]"
    shown = {"type": "adaptive", "display": "summarized"}
    first = ask(client, question, thinking=shown)

    with pytest.raises(anthropic.BadRequestError, match="prefill"):
        ask(client, question, text_block(extract_text(first)), thinking=shown)
    assert ask(client, question, *first.content, thinking=shown).stop_reason == "end_turn"


def test_a_turn_pauses_without_a_stream_too(client):
    messages = [{"role": "user", "content": "[[echo:Yes.]][[pause_turn:1]]"}]
    first = client.messages.create(model=SONNET, max_tokens=1_000, messages=messages)
    messages.append({"role": "assistant", "content": first.content})
    second = client.messages.create(model=SONNET, max_tokens=1_000, messages=messages)

    assert [first.stop_reason, second.stop_reason] == ["pause_turn", "end_turn"]


def test_an_ordinary_answer_pauses_too(client):
    question = "[[rate:0]]How do I bake bread?[[pause_turn:1]]"
    first = ask(client, question)
    second = ask(client, question, *first.content)

    assert extract_text(second) == f"\n\nPart 2:\n\n{extract_text(first)}"


def test_the_tokens_of_a_paused_turn_can_be_counted(client):
    question = "[[rate:0]][[nothinking]][[echo:Yes.]][[pause_turn:1]]"
    first = ask(client, question)
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": first.content}]

    assert client.messages.count_tokens(model=SONNET, messages=messages).input_tokens > 0
