"""Answers in which Claude has used tools, stored without Claude, and without any tool."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from conversations.models import Message, Tool, ToolCall
from conversations.models.content import Content, text_content
from tests.history import begin

QUESTION = "Is there a ferry on Sunday?"
FOUND = "The ferry leaves at nine."


def create_tool(name: str = "find_ferries", **fields: Any) -> Tool:
    """A tool that everybody may use; one that only reads unless told."""
    defaults = {"kind": "function", "title": "Find ferries", "acts": False, "is_enabled": True}
    return Tool.objects.create(name=name, **defaults | fields)


def use_block(block_id: str, name: str = "find_ferries", **tool_input: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": block_id, "name": name, "input": tool_input}


def create_call(answer: Message, use: dict[str, Any], state: str = "done", **fields: Any) -> ToolCall:
    """The row of a call, at the next place of the first step."""
    defaults = {
        "user": answer.conversation.owner,
        "conversation": answer.conversation,
        "message": answer,
        "step": 1,
        "position": answer.tool_calls.count(),
        "block_id": use["id"],
        "tool": use["name"],
        "title": "Find ferries",
        "acts": False,
        "input": use["input"],
        "state": state,
    }
    return ToolCall.objects.create(**defaults | fields)


def create_answer_with_step(owner, state: str = "done", result: str = FOUND, **fields: Any) -> ToolCall:
    """A complete answer with one call between two texts; returns the call."""
    return finish_with_step(begin(owner, QUESTION), state, result, **fields)


def finish_with_step(answer: Message, state: str = "done", result: str = FOUND, **fields: Any) -> ToolCall:
    use = use_block("toolu_1", day="Sunday")
    call = create_call(answer, use, state, result=text_content(result), **fields)
    content: Content = [
        {"type": "text", "text": "I look that **up**."},
        use,
        call.result_block(),
        {"type": "text", "text": "At nine."},
    ]
    assert answer.finish(state="complete", ending="finished", content=content)
    answer.refresh_from_db()
    return call


def begin_waiting(owner, *inputs: dict[str, Any], **fields: Any) -> list[ToolCall]:
    """An answer that waits for decisions about calls with these inputs, or about one; returns the calls."""
    answer = begin(owner, QUESTION)
    uses = [use_block(f"toolu_{number}", "book", **values) for number, values in enumerate(inputs or ({"seats": 2},))]
    defaults = {"title": "Book a ferry", "acts": True} | fields
    calls = [create_call(answer, use, "proposed", **defaults) for use in uses]
    assert answer.wait_for_decision([*text_content("I can book that."), *uses])
    return calls


def run_for(seconds: float) -> dict[str, Any]:
    """The times of a call that has run for so long."""
    started = timezone.now()
    return {"started": started, "finished": started + timedelta(seconds=seconds)}


def steps_of(html: str) -> list[str]:
    """The words of each step in a page, without markup."""
    found = re.findall(r'<li class="step" data-step=".*?</li>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", step).split()) for step in found]


def read_steps(client: Client, path: str) -> list[str]:
    return steps_of(client.get(path).content.decode())
