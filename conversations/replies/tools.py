"""Runs the tools that one step of a reply calls: in parallel, each result stored as soon as it is there."""

import asyncio
import logging
from functools import partial
from typing import Any

from conversations.models import Message, Tool, ToolCall
from conversations.replies import storage
from conversations.replies.broadcast import Broadcast
from conversations.replies.call import Stopped
from conversations.replies.frames import ToolStatus
from conversations.tools import calls, functions, running
from conversations.tools.results import ToolContext

logger = logging.getLogger(__name__)


class Waiting(Exception):
    """A person has to decide about a call before the reply can go on."""


async def update_functions() -> None:
    """Give the rows of function tools what their code says now, such as whether they act, when the process starts."""
    try:
        await storage.run_until_stored(functions.sync_functions, on_retry=lambda: None)
    except Exception:
        logger.exception("The rows of the tools in CHAT_TOOLS cannot be updated.")


async def run_calls(
    answer: Message, step: calls.Step, broadcast: Broadcast, stop_requested: asyncio.Event, seconds: float
) -> None:
    """Run the calls of a step that are approved. Raises Stopped, and TimeoutError after so many seconds.

    What runs then is cancelled; its outcome is unknown.
    """
    for call in step.calls:
        broadcast.show_tool_status(ToolStatus.of_call(call))
    tasks = [
        asyncio.create_task(run_call(answer, call, step.tools[call.tool], broadcast))
        for call in step.calls
        if call.state == ToolCall.State.APPROVED
    ]
    stopping = asyncio.create_task(stop_requested.wait())
    together = asyncio.gather(*tasks)
    ends: set[asyncio.Future[Any]] = {together, stopping}
    try:
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not together.done():
            raise Stopped if stop_requested.is_set() else TimeoutError
        await together
    finally:
        stopping.cancel()
        together.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, together, return_exceptions=True)


async def run_call(answer: Message, call: ToolCall, tool: Tool, broadcast: Broadcast) -> None:
    """Raises Stopped where the call must not run any more."""
    store = partial(storage.run_until_stored, on_retry=broadcast.show_saving)
    if not await store(calls.start, call, answer.runner):
        raise Stopped
    broadcast.show_tool_status(ToolStatus.of_call(call))
    context = ToolContext(answer.conversation.owner, answer.conversation_id, answer.pk, call.pk)
    result = await running.run(tool, call.input, context)
    await store(calls.finish, call, result)
    broadcast.show_tool_status(ToolStatus.of_call(call))
