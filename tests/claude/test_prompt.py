"""What is sent to Claude: which turns, which blocks, and how much of a long conversation."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from conversations.claude import prompt
from conversations.claude.models import get_model

SONNET, OPUS, SMALL = "claude-sonnet-5-5", "claude-opus-5-5", "a-model-nobody-knows"
SIGNED = {"type": "thinking", "thinking": "Hm.", "signature": "sealed"}
SEALED = {"type": "redacted_thinking", "data": "sealed"}
UNSIGNED = {"type": "thinking", "thinking": "Hm", "signature": ""}
TOOL = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}


@dataclass
class StoredMessage:
    role: str
    content: list[dict[str, Any]] = field(default_factory=list)
    model: str = SONNET
    id: UUID = field(default_factory=uuid4)


def text(words):
    return {"type": "text", "text": words}


def question(words="Why?"):
    return StoredMessage("user", [text(words)], model="")


def answer(words="Because.", *blocks, model=SONNET):
    return StoredMessage("assistant", [*blocks, text(words)] if words else list(blocks), model)


def built(*path, model=SONNET, system="", max_tokens=16_000):
    return prompt.build(path, model=model, system=system, max_tokens=max_tokens)


def sent(*path, **wishes):
    return built(*path, **wishes).messages


# Turns


def test_the_turns_are_sent_in_their_order():
    assert sent(question("One?"), answer("Two."), question("Three?")) == [
        {"role": "user", "content": [text("One?")]},
        {"role": "assistant", "content": [text("Two.")]},
        {"role": "user", "content": [text("Three?")]},
    ]


def test_a_question_that_got_no_answer_is_joined_to_the_next():
    for nothing in (answer(""), answer("", UNSIGNED), answer(" \n"), answer("", TOOL)):
        assert sent(question("One?"), nothing, question("Two?")) == [
            {"role": "user", "content": [text("One?"), text("Two?")]}
        ]


def test_building_changes_nothing_of_what_is_stored():
    path = [question("One?"), answer(""), question("Two?"), answer("Yes.", SIGNED), question("Three?")]
    before = [list(message.content) for message in path]

    assert sent(*path) == sent(*path)
    assert [message.content for message in path] == before


# Blocks


def test_signed_thinking_goes_back_to_the_model_that_thought_it():
    [_, said, _] = sent(question(), answer("Yes.", SIGNED, SEALED), question())

    assert said["content"] == [SIGNED, SEALED, text("Yes.")]


def test_thinking_of_another_model_stays_behind():
    [_, said, _] = sent(question(), answer("Yes.", SIGNED, SEALED, model=OPUS), question())

    assert said["content"] == [text("Yes.")]


def test_cut_thinking_tool_calls_and_unknown_blocks_stay_behind():
    strange = {"type": "mystery_block", "mystery": 1}
    [_, said, _] = sent(question(), answer("Yes.", UNSIGNED, TOOL, strange, text("")), question())

    assert said["content"] == [text("Yes.")]


def test_thinking_without_an_answer_is_not_sent_alone():
    assert [turn["role"] for turn in sent(question(), answer("", SIGNED), question())] == ["user"]


# The window


def room(model, system=""):
    return (get_model(model).window - 16_000 - prompt.API_TOKENS) * prompt.BYTES_PER_TOKEN - len(system.encode())


def long_path(turns, characters):
    filler = "x" * characters
    path = [said for number in range(turns) for said in (question(f"{number} {filler}"), answer(f"{number} {filler}"))]
    return [*path, question("And now?")]


def size(messages):
    return sum(len(block["text"].encode()) for turn in messages for block in turn["content"])


def test_a_conversation_that_fits_is_sent_whole():
    path = long_path(10, 1_000)
    result = built(*path, model=SMALL)

    assert (len(result.messages), result.sent_from) == (len(path), None)


def test_the_oldest_whole_turns_are_left_out_of_a_long_one():
    path = long_path(40, 10_000)
    result = built(*path, model=SMALL)

    assert size(result.messages) <= room(SMALL)
    assert result.messages[0]["role"] == "user"
    first = next(said for said in path if said.id == result.sent_from)
    assert result.messages[0]["content"] == first.content
    assert result.messages[-1]["content"] == [text("And now?")]


def test_as_much_is_sent_as_there_is_room_for():
    path = long_path(200, 2_000)

    assert size(sent(*path, model=SMALL)) >= room(SMALL) * 3 // 4 - 4_100


def test_long_instructions_take_their_room():
    path, system = long_path(40, 10_000), "s" * 100_000

    assert size(sent(*path, model=SMALL, system=system)) <= room(SMALL, system)


def test_the_last_question_is_sent_even_if_it_is_larger_than_the_window():
    path = [*long_path(2, 100), question("y" * 2_000_000)]

    assert sent(*path, model=SMALL)[-1]["content"][-1]["text"].startswith("y")


def test_a_long_conversation_keeps_its_beginning_for_many_questions():
    path, beginnings = long_path(60, 10_000), []
    for _ in range(30):
        beginnings.append(built(*path, model=SMALL).sent_from)
        path += [answer("x" * 5_000), question("x" * 5_000)]

    assert 1 < len(set(beginnings)) <= 6


# Whatever was said

PARTS = st.lists(
    st.one_of(
        st.builds(question, st.sampled_from(["One?", " ", "Two?"])),
        st.builds(
            lambda words, blocks, model: answer(words, *blocks, model=model),
            st.sampled_from(["", " \n", "Yes.", "No."]),
            st.lists(st.sampled_from([SIGNED, SEALED, UNSIGNED, TOOL, text("More."), text("")]), max_size=3),
            st.sampled_from([SONNET, OPUS]),
        ),
    ),
    max_size=12,
)


@given(PARTS)
def test_turns_alternate_and_none_is_empty(parts):
    messages = sent(question("First?"), *parts, question("Last?"))

    assert messages[0]["role"] == messages[-1]["role"] == "user"
    assert all(before["role"] != after["role"] for before, after in pairwise(messages))
    for turn in messages:
        assert any(block["type"] == "text" for block in turn["content"])
        assert all(block.get("text", "-").strip() for block in turn["content"])


@given(PARTS)
def test_what_was_sent_once_is_the_beginning_of_what_is_sent_next(parts):
    path = [question("First?"), *parts, question("Next?")]
    before, after = sent(*path), sent(*path, answer("Yes.", SIGNED), question("Last?"))

    assert after[: len(before)] == before


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.text(max_size=20).filter(str.isprintable))
def test_no_text_can_be_more_tokens_than_it_is_taken_to_be_at_most(text, system):
    messages = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    most = prompt.max_prompt_tokens(messages, system, SONNET)

    assert most >= len(text.encode()) + len(system.encode()) + prompt.API_TOKENS


def test_no_prompt_is_longer_than_the_window():
    messages = [{"role": "user", "content": [{"type": "text", "text": "x" * 1_200_000}]}]
    assert prompt.max_prompt_tokens(messages, "", SONNET) == 1_000_000
