"""Calls tools that are functions, as the engine does."""

import asyncio
import uuid

from conversations.models import Tool
from conversations.tools import functions
from conversations.tools.results import ToolContext, ToolError
from tests.replies.threads import storage_threads


def context_of(user=None, answer=None) -> ToolContext:
    """The context of a call in an answer, or in none that exists."""
    conversation = answer.conversation_id if answer else uuid.uuid4()
    return ToolContext(user, conversation, answer.pk if answer else uuid.uuid4(), uuid.uuid4())


async def run_tool(name, context=None, /, **given):
    row = Tool(name=name, kind=Tool.Kind.FUNCTION)
    return await functions.run(row, given, context or context_of())


def call_tool(name, context=None, /, **given) -> str:
    """The text of the result."""
    with storage_threads():
        result = asyncio.run(run_tool(name, context, **given))
    [block] = result.content
    text: str = block["text"]
    return text


def fail_to_call(name, context=None, /, **given) -> str:
    """The sentence of the error."""
    try:
        text = call_tool(name, context, **given)
    except ToolError as error:
        return str(error)
    raise AssertionError(f"the tool answered: {text}")
