"""The turn of a request, the calls that its markers demand, and what is said about their results."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from chatsite.standin.markers import Markers
from chatsite.standin.tokens import content_blocks

SAMPLE_NAME = "get_weather"
SAMPLE_INPUT = {"city": "Oslo", "note": 'a "quoted" word and ø'}
MAX_RESULT_LENGTH = 400
#: The tool that a marker calls, and the field of its input that has the argument of the marker.
SERVER_MARKERS = {
    "search": ("web_search", "query"),
    "fetch": ("web_fetch", "url"),
    "code": ("code_execution", "code"),
    "bash": ("bash_code_execution", "command"),
}


class Call(NamedTuple):
    """A call that is due. Its input is sent as it is written."""

    name: str
    written_input: str
    is_server: bool = False


def read_calls(body: dict[str, Any], markers: Markers) -> list[Call]:
    """Return the calls that the markers demand: first those that Anthropic's servers run."""
    calls = [
        Call(name, json.dumps({field: value}, ensure_ascii=False), is_server=True)
        for marker, (name, field) in SERVER_MARKERS.items()
        for value in markers.get(marker, ())
    ]
    offered = [*(tool["name"] for tool in client_tools(body)), SAMPLE_NAME]
    for name, written_input in markers.get("tool", ()):
        calls.append(Call(name, written_input) if name else Call(offered[0], json.dumps(SAMPLE_INPUT)))
    return calls


def client_tools(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [tool for tool in body.get("tools") or [] if "input_schema" in tool]


def turn_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the messages of the turn: the last question of a person, and what came after it."""
    messages = body["messages"]
    starts = [number for number, message in enumerate(messages) if is_question(message)]
    return list(messages[starts[-1] :]) if starts else []


def is_question(message: dict[str, Any]) -> bool:
    """Whether a person wrote this message, or part of it; results of tools alone continue a turn."""
    types = {block["type"] for block in content_blocks(message["content"])}
    return bool(message["role"] == "user" and types != {"tool_result"})


def count_steps(body: dict[str, Any]) -> int:
    """Return how many answers of the turn have got the results of their calls."""
    return sum(message["role"] == "user" for message in turn_of(body)[1:])


def results_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the results of the last message, if it has nothing else."""
    last = body["messages"][-1]
    blocks = content_blocks(last["content"])
    return blocks if last["role"] == "user" and not is_question(last) else []


def describe_results(body: dict[str, Any]) -> str:
    """Return a sentence about each result of the last message, or an empty text."""
    blocks = [block for message in turn_of(body) for block in content_blocks(message["content"])]
    names = {block["id"]: block["name"] for block in blocks if block["type"] == "tool_use"}
    return "\n\n".join(describe_result(names[result["tool_use_id"]], result) for result in results_of(body))


def describe_result(name: str, result: dict[str, Any]) -> str:
    parts = content_blocks(result.get("content") or [])
    text = "\n".join(str(part["text"]) if part["type"] == "text" else f"({part['type']})" for part in parts).strip()
    short = text[:MAX_RESULT_LENGTH] + ("…" if len(text) > MAX_RESULT_LENGTH else "")
    if result.get("is_error"):
        return f"The tool `{name}` gave no result: {short or 'it did not say why.'}"
    if "\n" in short:
        return f"The tool `{name}` answered:\n\n```\n{short}\n```"
    return f"The tool `{name}` answered: {short or 'nothing.'}"
