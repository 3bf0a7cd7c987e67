"""Random answers with tools: whatever people decide, stop and lose, each call is made once and the history is valid."""

import asyncio
import os
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Conversation, Message, ToolCall
from conversations.replies import Choice, Decision, storage
from conversations.replies.recovery import conclude_tool_calls
from conversations.tools.results import ToolError, text_result
from tests.replies.scripted import Script, answer_question, create_tool, running_engine, text, use
from tests.replies.threads import storage_threads

#: The search for a figure sets a higher number.
EXAMPLES = int(os.environ.get("TOOL_EXAMPLES", "20"))
TOOLS = ("read", "act", "fail", "outside", "stop", "lose", "missing")
STEPS = st.lists(st.lists(st.sampled_from(TOOLS), min_size=1, max_size=3), min_size=1, max_size=4)
CHOICES = st.lists(st.sampled_from(["approve", "always", "deny", "stop"]), max_size=6)


@pytest.fixture
def world(monkeypatch, settings, transactional_db, alice):
    for name in TOOLS[:-1]:
        create_tool(name, acts=name == "act", is_untrusted=name == "outside")
    return Script(monkeypatch, settings)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, choices=CHOICES)
def test_every_call_is_made_once_and_every_history_is_valid(world, alice, steps, choices):
    numbers = count(1)
    script = [
        [
            text("Well."),
            *(use(name, f"toolu_{number}", number=number) for name, number in zip(step, numbers, strict=False)),
        ]
        for step in steps
    ]
    claude = world
    claude.steps, claude.requests, claude.calls = [*script, [text("Done.")]], [], []
    Conversation.objects.all().delete()
    claude.results = {"fail": fail, "stop": stop_meanwhile, "lose": lose_meanwhile}

    answer = go_on_until_it_ends(alice, choices)
    conclude_tool_calls()

    assert answer.state in {"complete", "stopped", "interrupted"}
    assert not ToolCall.objects.open().exists()
    made = [arguments["number"] for _name, arguments in claude.calls]
    assert len(made) == len(set(made))
    claude.steps[:] = [[text("You are welcome.")]]
    answer_question(alice, [], conversation=Conversation.objects.get(pk=answer.conversation_id))
    for request in claude.requests:
        check_history(request.messages)


async def fail(*_arguments):
    raise ToolError("It does not work.")


async def stop_meanwhile(_input, context):
    """Another process has the answer stopped."""
    rows = Message.objects.filter(pk=context.message)
    await storage.run(rows.request_stop, Message.Ending.STOPPED)
    await asyncio.sleep(2)
    return text_result("too late")


async def lose_meanwhile(_input, context):
    """Another process marks the answer as interrupted."""
    rows = Message.objects.filter(pk=context.message)
    await storage.run(rows.update, heartbeat="2026-01-01T00:00Z")
    await storage.run(rows.interrupt_stale)
    return text_result("back again")


def go_on_until_it_ends(person, choices):
    answer = answer_question(person, TOOLS)
    remaining = iter(choices)

    async def decide():
        async with running_engine() as engine:
            while call := await storage.run(ToolCall.objects.undecided().first):
                current = await storage.run(Message.objects.select_related("conversation__owner").get, pk=answer.pk)
                choice = next(remaining, "deny")
                if choice == "stop":
                    await engine.stop(current)
                    break
                _answer, broadcast = await engine.decide(call, Decision(Choice(choice)))
                await broadcast.until_ended()

    with storage_threads():
        asyncio.run(decide())
    return Message.objects.get(pk=answer.pk)


def check_history(messages):
    """As the API does: roles alternate, results come first and are those of the calls in the message before."""
    assert [message["role"] for message in messages] == ["user", "assistant"] * (len(messages) // 2) + ["user"]
    for before, after in pairwise(messages):
        uses = [block["id"] for block in before["content"] if block["type"] == "tool_use"]
        if after["role"] == "user":
            kinds = [block["type"] for block in after["content"]]
            results = [block["tool_use_id"] for block in after["content"] if block["type"] == "tool_result"]
            assert results == uses
            assert kinds[: len(results)] == ["tool_result"] * len(results)
    assert all(block.get("text", "x").strip() for message in messages for block in message["content"])
