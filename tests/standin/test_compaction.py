"""Compaction on demand, as the official SDK asks the stand-in for it."""

import anthropic
import pytest

BETA = "compact-2026-09-04"
TURNS = [
    {"role": "user", "content": "Tell me about harbours."},
    {"role": "assistant", "content": "They are calm."},
]


@pytest.fixture
def client(stand_in):
    with anthropic.Anthropic(api_key="test-key", base_url=stand_in.url, max_retries=0) as client:
        yield client


def compact(client, **fields):
    asked = {"model": "claude-sonnet-5-5", "max_tokens": 4_000, "messages": TURNS, "betas": [BETA]} | fields
    return client.beta.messages.create(compaction={"type": "summarize"}, **asked)


def ask(client, block, model="claude-sonnet-5-5"):
    messages = [{"role": "assistant", "content": [block]}, {"role": "user", "content": "Go on. [[echo:Yes.]]"}]
    return client.beta.messages.create(model=model, max_tokens=100, messages=messages, betas=[BETA])


def test_a_compaction_is_one_block_that_stands_for_the_messages(client):
    message = compact(client)
    [block] = message.content
    assert (block.type, message.stop_reason) == ("compaction", "compaction")
    assert "- Tell me about harbours." in block.content
    assert message.usage.output_tokens == 0
    assert message.usage.iterations[0].output_tokens > 0
    assert ask(client, block.model_dump(exclude_none=True)).content[0].text == "Yes."


def test_a_changed_block_and_that_of_another_model_are_refused(client):
    block = compact(client).content[0].model_dump(exclude_none=True)
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        ask(client, block | {"content": "Something else."})
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        ask(client, block, model="claude-opus-5-5")


def test_compaction_needs_the_beta_header_and_a_model_that_can(client):
    with pytest.raises(anthropic.BadRequestError, match="Extra inputs"):
        compact(client, betas=[])
    with pytest.raises(anthropic.BadRequestError, match="not supported"):
        compact(client, model="claude-haiku-4-5")


def test_a_block_that_is_not_the_first_is_refused(client):
    block = compact(client).content[0].model_dump(exclude_none=True)
    messages = [*TURNS, {"role": "user", "content": "Go on."}, {"role": "assistant", "content": [block]}]
    messages.append({"role": "user", "content": "And?"})
    with pytest.raises(anthropic.BadRequestError, match="not the first"):
        client.beta.messages.create(model="claude-sonnet-5-5", max_tokens=9, messages=messages, betas=[BETA])
