"""What is sent to Claude: which turns, which blocks, and how much of a long conversation."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.claude import prompt
from conversations.claude.models import get_model
from conversations.files.limits import BYTES_PER_TOKEN

#: An unknown model has the smallest window.
SONNET, OPUS, SMALL = "claude-sonnet-5-5", "claude-opus-5-5", "claude-next-9"
THINKING = {"type": "thinking", "thinking": "Hm.", "signature": "signed"}
REDACTED_THINKING = {"type": "redacted_thinking", "data": "encrypted"}
CUT_THINKING = {"type": "thinking", "thinking": "Hm", "signature": ""}
REPAIRED_THINKING = {"type": "thinking", "thinking": "H\N{REPLACEMENT CHARACTER}", "signature": "signed"}
TOOL_USE = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
UNKNOWN_BLOCK = {"type": "mystery_block", "mystery": 1}


@dataclass
class StoredMessage:
    role: str
    content: list[dict[str, Any]] = field(default_factory=list)
    model: str = SONNET
    id: UUID = field(default_factory=uuid4)


def text_block(text):
    return {"type": "text", "text": text}


def question(text="Why?"):
    return StoredMessage("user", [text_block(text)], model="")


def answer(*blocks, model=SONNET):
    return StoredMessage("assistant", list(blocks), model)


def build(*branch, model=SONNET, system=""):
    return prompt.build_prompt(branch, model=model, system=system, max_tokens=16_000)


def messages_for(*branch, **fields):
    return build(*branch, **fields).messages


# Turns


def test_turns_are_sent_in_their_order():
    assert messages_for(question("One?"), answer(text_block("Two.")), question("Three?")) == [
        {"role": "user", "content": [text_block("One?")]},
        {"role": "assistant", "content": [text_block("Two.")]},
        {"role": "user", "content": [text_block("Three?")]},
    ]


@pytest.mark.parametrize(
    "blocks",
    [[], [CUT_THINKING], [THINKING], [text_block(" \n")]],
    ids=["nothing", "cut thinking", "thinking alone", "spaces"],
)
def test_a_question_whose_answer_has_no_text_is_joined_to_the_next(blocks):
    assert messages_for(question("One?"), answer(*blocks), question("Two?")) == [
        {"role": "user", "content": [text_block("One?"), text_block("Two?")]}
    ]


def test_building_does_not_change_the_stored_messages():
    branch = [question("One?"), answer(), question("Two?"), answer(THINKING, text_block("Yes.")), question("Three?")]
    before = [list(message.content) for message in branch]

    assert messages_for(*branch) == messages_for(*branch)
    assert [message.content for message in branch] == before


# Blocks


def content_sent_of(an_answer):
    return messages_for(question(), an_answer, question())[1]["content"]


def test_signed_thinking_is_sent_to_the_model_that_wrote_it():
    blocks = [THINKING, REDACTED_THINKING, text_block("Yes.")]

    assert content_sent_of(answer(*blocks)) == blocks


def test_thinking_is_not_sent_to_another_model():
    blocks = [THINKING, REDACTED_THINKING, text_block("Yes.")]

    assert content_sent_of(answer(*blocks, model=OPUS)) == [text_block("Yes.")]


@pytest.mark.parametrize("block", [CUT_THINKING, REPAIRED_THINKING, UNKNOWN_BLOCK, text_block("")])
def test_a_block_that_the_api_would_refuse_is_not_sent(block):
    assert content_sent_of(answer(block, text_block("Yes."))) == [text_block("Yes.")]


def test_a_call_without_a_result_is_sent_with_one_that_says_so():
    messages = messages_for(question(), answer(TOOL_USE, text_block("Yes.")), question("And?"))

    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    result, asked = messages[2]["content"]
    assert (result["tool_use_id"], result["is_error"], asked) == ("toolu_1", True, text_block("And?"))


# The window


def room_in(model, system=""):
    """Bytes of turns for which the window has room."""
    return (get_model(model).window - 16_000 - prompt.API_TOKENS) * BYTES_PER_TOKEN - len(system.encode())


def long_branch(turns, characters):
    branch = []
    for number in range(turns):
        text = f"{number} {'x' * characters}"
        branch += [question(text), answer(text_block(text))]
    return [*branch, question("And now?")]


def size_of(messages):
    return sum(len(block["text"].encode()) for message in messages for block in message["content"])


def test_a_conversation_that_fits_is_sent_whole():
    branch = long_branch(10, 1_000)
    built = build(*branch, model=SMALL)

    assert (len(built.messages), built.sent_from) == (len(branch), None)


def test_the_oldest_turns_of_a_long_conversation_are_left_out():
    branch = long_branch(40, 10_000)
    built = build(*branch, model=SMALL)

    assert size_of(built.messages) <= room_in(SMALL)
    assert built.messages[-1]["content"] == [text_block("And now?")]


def test_the_first_message_that_is_sent_is_a_question_and_is_named():
    branch = long_branch(40, 10_000)
    built = build(*branch, model=SMALL)

    [first] = [message for message in branch if message.id == built.sent_from]
    assert first.role == "user"
    assert built.messages[0] == {"role": "user", "content": first.content}


def test_at_least_three_quarters_of_the_room_are_used():
    largest_turn = 4_100

    assert size_of(messages_for(*long_branch(200, 2_000), model=SMALL)) >= room_in(SMALL) * 3 // 4 - largest_turn


def test_long_instructions_leave_less_room():
    branch, system = long_branch(40, 10_000), "s" * 100_000

    assert size_of(messages_for(*branch, model=SMALL, system=system)) <= room_in(SMALL, system)


def test_the_last_question_is_sent_even_if_it_is_larger_than_the_window():
    branch = [*long_branch(2, 100), question("y" * 2_000_000)]

    assert messages_for(*branch, model=SMALL)[-1]["content"][-1]["text"].startswith("y")


def test_a_long_conversation_keeps_its_beginning_for_many_questions():
    branch, beginnings = long_branch(60, 10_000), []
    for _ in range(30):
        beginnings.append(build(*branch, model=SMALL).sent_from)
        branch += [answer(text_block("x" * 5_000)), question("x" * 5_000)]

    assert 1 < len(set(beginnings)) <= 6


# Any conversation

BLOCKS = st.sampled_from(
    [THINKING, REDACTED_THINKING, CUT_THINKING, TOOL_USE, text_block("Yes."), text_block(" \n"), text_block("")]
)
QUESTIONS = st.builds(question, st.sampled_from(["One?", " ", "Two?"]))
ANSWERS = st.builds(
    lambda blocks, model: answer(*blocks, model=model), st.lists(BLOCKS, max_size=4), st.sampled_from([SONNET, OPUS])
)
BRANCHES = st.lists(QUESTIONS | ANSWERS, max_size=12)


@given(BRANCHES)
def test_turns_alternate_between_two_questions(branch):
    messages = messages_for(question("First?"), *branch, question("Last?"))

    assert messages[0]["role"] == messages[-1]["role"] == "user"
    assert all(before["role"] != after["role"] for before, after in pairwise(messages))


@given(BRANCHES)
def test_each_turn_has_something_to_read_and_no_empty_text(branch):
    for message in messages_for(question("First?"), *branch, question("Last?")):
        texts = [block["text"] for block in message["content"] if block["type"] == "text"]
        assert texts or any(block["type"] in {"tool_use", "tool_result"} for block in message["content"])
        assert all(text.strip() for text in texts)


@given(BRANCHES)
def test_each_prompt_begins_with_the_one_before(branch):
    first_branch = [question("First?"), *branch, question("Next?")]
    first_prompt = messages_for(*first_branch)
    next_prompt = messages_for(*first_branch, answer(THINKING, text_block("Yes.")), question("Last?"))

    assert next_prompt[: len(first_prompt)] == first_prompt


# The highest count of tokens


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.text(max_size=20).filter(str.isprintable))
def test_a_prompt_never_has_more_tokens_than_bytes(text, system):
    messages = [{"role": "user", "content": [text_block(text)]}]
    max_tokens = prompt.max_prompt_tokens(messages, system, SONNET, extra_tokens=0)

    assert max_tokens >= len(text.encode()) + len(system.encode()) + prompt.API_TOKENS


def test_a_prompt_never_has_more_tokens_than_the_window():
    messages = [{"role": "user", "content": [text_block("x" * 1_200_000)]}]

    assert prompt.max_prompt_tokens(messages, "", SONNET, extra_tokens=0) == 1_000_000
