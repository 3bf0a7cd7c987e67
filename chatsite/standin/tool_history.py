"""Checks the calls of tools in the messages of a request: each needs its one result, where the API looks for it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from chatsite.standin.files import BadFile, check_file, files_of
from chatsite.standin.refusals import Refused, refuse_if
from chatsite.standin.tokens import content_blocks
from chatsite.standin.tool_validation import check_name

ID = re.compile(r"[a-zA-Z0-9_-]+")
CALL_TYPES = ("tool_use", "server_tool_use")
#: What a `tool_result` can have as its content, besides a string.
RESULT_TYPES = ("text", "image", "document", "search_result", "tool_reference")
RESULT_FIELDS = {"type", "tool_use_id", "content", "is_error", "cache_control"}
CALL_FIELDS = {"type", "id", "name", "input", "caller", "cache_control"}
#: The type of the block with the result of each tool that Anthropic's servers run.
SERVER_RESULTS = {
    "web_search": "web_search_tool_result",
    "web_fetch": "web_fetch_tool_result",
    "code_execution": "code_execution_tool_result",
    "bash_code_execution": "bash_code_execution_tool_result",
    "text_editor_code_execution": "text_editor_code_execution_tool_result",
    "tool_search_tool_regex": "tool_search_tool_result",
    "tool_search_tool_bm25": "tool_search_tool_result",
}


def check_calls(where: str, role: str, blocks: list[dict[str, Any]]) -> None:
    """Raise Refused for a call or a result that is malformed, or in a message of the other role."""
    for index, block in enumerate(blocks):
        block_type, here = block["type"], f"{where}.content.{index}"
        is_call = block_type in CALL_TYPES
        is_of_assistant = is_call or block_type in SERVER_RESULTS.values()
        misplaced = is_of_assistant and role != "assistant"
        refuse_if(misplaced, f"{where}: `{block_type}` blocks can only be in `assistant` messages")
        misplaced = block_type == "tool_result" and role != "user"
        refuse_if(misplaced, f"{where}: `tool_result` blocks can only be in `user` messages")
        if is_call:
            check_call(f"{here}.{block_type}", block)
        elif is_of_assistant:
            is_filled = isinstance(block.get("content"), dict | list) and block["content"]
            refuse_if(not is_filled, f"{here}.{block_type}.content: Field required")


def check_call(where: str, block: dict[str, Any]) -> None:
    for field in sorted(block.keys() - CALL_FIELDS):
        refuse_if(True, f"{where}.{field}: Extra inputs are not permitted")
    is_id = isinstance(block.get("id"), str) and ID.fullmatch(block["id"])
    refuse_if(not is_id, f"{where}.id: String should match pattern '^{ID.pattern}$'")
    check_name(f"{where}.name", block.get("name"))
    refuse_if("input" not in block, f"{where}.input: Field required")
    refuse_if(not isinstance(block["input"], dict), f"{where}.input: Input should be a valid dictionary")
    is_unknown = block["type"] == "server_tool_use" and block["name"] not in SERVER_RESULTS
    refuse_if(is_unknown, f"{where}.name: Input should be one of {', '.join(SERVER_RESULTS)}")


def check_result(where: str, block: dict[str, Any]) -> None:
    """Check a `tool_result` but for the texts in it."""
    where = f"{where}.tool_result"
    for field in sorted(block.keys() - RESULT_FIELDS):
        refuse_if(True, f"{where}.{field}: Extra inputs are not permitted")
    refuse_if(not isinstance(block.get("tool_use_id"), str), f"{where}.tool_use_id: Field required")
    refuse_if(not isinstance(block.get("is_error", False), bool), f"{where}.is_error: Input should be a valid boolean")
    content = block.get("content", [])
    refuse_if(not isinstance(content, str | list), f"{where}.content: Input should be a string or a list of blocks")
    if isinstance(content, str):
        return
    for index, part in enumerate(content):
        is_known = isinstance(part, dict) and part.get("type") in RESULT_TYPES
        refuse_if(not is_known, f"{where}.content.{index}: Input should be one of {', '.join(RESULT_TYPES)}")
    try:
        for part in files_of(content):
            check_file(part)
    except BadFile as error:
        raise Refused(400, f"{where}.content: {error}") from error


def check_tool_history(messages: list[dict[str, Any]]) -> None:
    """Raise Refused for calls without results, results without calls, and ids that are used twice."""
    contents = [content_blocks(message["content"]) for message in messages]
    ids = Counter(block["id"] for blocks in contents for block in blocks if block["type"] in CALL_TYPES)
    refuse_if(any(count > 1 for count in ids.values()), "messages: `tool_use` ids must be unique")
    calls: list[str] = []
    for number, blocks in enumerate(contents):
        if messages[number]["role"] == "system":
            continue
        check_results(f"messages.{number}", calls, blocks)
        check_server_results(f"messages.{number}", blocks, is_last=number == len(contents) - 1)
        calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
    refuse_if(calls, missing_results(f"messages.{len(messages) - 1}", calls))


def check_results(where: str, calls: list[str], blocks: list[dict[str, Any]]) -> None:
    """`calls`: the ids in the message before. Their results are the first blocks of this one, before any other."""
    results = [str(block["tool_use_id"]) for block in blocks if block["type"] == "tool_result"]
    rule = "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
    for result in results:
        unexpected = f"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {result}. {rule}"
        refuse_if(result not in calls, unexpected)
        several = f"{where}: each tool_use must have a single result. Found multiple `tool_result` blocks with id"
        refuse_if(results.count(result) > 1, f"{several}: {result}")
    first = [block.get("tool_use_id") for block in blocks[: len(calls)]]
    missing = [call for call in calls if call not in first]
    refuse_if(missing, missing_results(where, missing))


def missing_results(where: str, calls: list[str]) -> str:
    found = f"{where}: `tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(calls)}."
    return f"{found} Each `tool_use` block must have a corresponding `tool_result` block in the next message."


def check_server_results(where: str, blocks: list[dict[str, Any]], *, is_last: bool) -> None:
    """A call that Anthropic's servers run has its result in the same message, unless the turn paused in between."""
    open_calls: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "server_tool_use":
            open_calls[block["id"]] = block["name"]
        elif block["type"] in SERVER_RESULTS.values():
            name = open_calls.pop(str(block.get("tool_use_id")), "")
            found = f"{where}: unexpected `tool_use_id` found in `{block['type']}` blocks: {block.get('tool_use_id')}."
            refuse_if(SERVER_RESULTS.get(name) != block["type"], f"{found} Each needs its `server_tool_use` before it.")
    for call, name in () if is_last else open_calls.items():
        found = f"{where}: `{name}` tool use with id `{call}` was found without a corresponding"
        refuse_if(True, f"{found} `{SERVER_RESULTS[name]}` block")
