"""Calls of tools and their results, as Claude is sent them. Pure.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from conversations.claude.server_tools import find_past_server_tools
from conversations.models.content import Content, is_server_block

#: What Claude reads in place of a result that was never stored.
UNKNOWN_OUTCOME = (
    "The outcome of this call is unknown: it may or may not have taken effect. "
    "Do not repeat it without asking the person first."
)


def is_result(block: dict[str, Any]) -> bool:
    return block.get("type") == "tool_result"


def complete_results(content: Content) -> Content:
    """Blocks with exactly one result for each call, in the order of the calls: the API refuses anything else."""
    completed: Content = []
    calls: list[str] = []
    for are_results, group in groupby(content, is_result):
        blocks = list(group)
        if are_results:
            found = {block["tool_use_id"]: block for block in blocks}
            completed += [found.get(call) or build_unknown_result(call) for call in calls]
            calls = []
        else:
            completed += blocks
            calls += [block["id"] for block in blocks if block.get("type") == "tool_use"]
    return completed + [build_unknown_result(call) for call in calls]


def pair_server_tools(content: Content, *, keep_open: bool = False) -> Content:
    """Blocks without those uses of the API's own tools that have no result, as after a stop, and without stray results.

    `keep_open`: uses whose result may follow stay. The API runs them in the next call of the same answer.
    https://platform.claude.com/docs/en/agents-and-tools/tool-use/server-tools
    """
    open_uses: dict[str, int] = {}
    kept: set[int] = set()
    for index, block in enumerate(content):
        match block:
            case {"type": "server_tool_use", "id": str(use)}:
                open_uses.setdefault(use, index)
            case {"tool_use_id": str(use)} if is_server_block(block) and use in open_uses:
                kept |= {open_uses.pop(use), index}
    if keep_open:
        kept |= set(open_uses.values())
    return [block for index, block in enumerate(content) if index in kept or not is_server_block(block)]


def build_unknown_result(call: str) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call, "content": UNKNOWN_OUTCOME, "is_error": True}


def split_by_role(role: str, content: Content) -> Iterator[tuple[str, Content]]:
    """An answer as messages in turn: to the API, the results of tools are the person's."""
    for are_results, blocks in groupby(content, is_result):
        yield "user" if are_results else role, list(blocks)


def add_past_tools(tools: Content, messages: Sequence[dict[str, Any]], model_id: str) -> Content:
    """Definitions of tools, and of those that are no longer offered but were called in these messages.

    Those of the API itself only where no tool is offered, so that `tool_choice` keeps Claude from using them.
    """
    if not tools:
        tools = find_past_server_tools(messages, model_id)
    called = {block["name"] for message in messages for block in message["content"] if block.get("type") == "tool_use"}
    past = called - {tool["name"] for tool in tools}
    return tools + [
        {"name": name, "description": "No longer available.", "input_schema": {"type": "object"}}
        for name in sorted(past)
    ]
