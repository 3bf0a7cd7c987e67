"""The tools of an MCP server as it describes them, and what of that Claude's API takes."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from mcp import types

from conversations.claude.wire import scrub_text
from conversations.models.tool import MAX_TOOL_NAME
from conversations.tools.mcp.limits import MAX_DESCRIPTION, MAX_SCHEMA

MAX_REMOTE_NAME, MAX_TITLE = 200, 100
#: The names of arguments that Claude's API takes.
ARGUMENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
#: What Claude's API refuses at the top of a schema.
REFUSED_AT_TOP = {"allOf", "anyOf", "oneOf"}


@dataclass(frozen=True, slots=True)
class Definition:
    """One tool of a server. `reads_only` is what the server claims."""

    remote_name: str
    title: str
    description: str
    input_schema: dict[str, Any]
    reads_only: bool


def read_definitions(tools: Iterable[types.Tool]) -> tuple[list[Definition], list[str]]:
    """The tools that can be offered, the first of each name; and the names of the others."""
    usable: dict[str, Definition] = {}
    unusable = []
    for tool in tools:
        if is_usable(tool):
            usable.setdefault(tool.name, read_definition(tool))
        else:
            unusable.append(scrub_text(tool.name)[:MAX_TOOL_NAME])
    return list(usable.values()), unusable


def is_usable(tool: types.Tool) -> bool:
    return tool.name.isprintable() and 0 < len(tool.name) <= MAX_REMOTE_NAME and is_valid_schema(tool.input_schema)


def is_valid_schema(schema: dict[str, Any]) -> bool:
    """Whether a schema is small, correct, and one that Claude's API takes: a request with another one is refused."""
    try:
        text = json.dumps(schema)
        if len(text) > MAX_SCHEMA or "\\u0000" in text:
            return False
        Draft202012Validator.check_schema(schema)
        return (
            schema.get("type") == "object"
            and not REFUSED_AT_TOP & schema.keys()
            and all(ARGUMENT.fullmatch(name) for name in schema.get("properties", {}))
            and all(reference.startswith("#") for reference in find_references(schema))
        )
    except Exception:
        # The library raises its own errors, and others where a schema is nested very deeply.
        return False


def find_references(schema: Any) -> Iterator[str]:
    """What `$ref` names anywhere in a schema."""
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from find_references(part)


def read_definition(tool: types.Tool) -> Definition:
    annotations = tool.annotations or types.ToolAnnotations()
    return Definition(
        remote_name=tool.name,
        title=scrub_text(tool.title or annotations.title or tool.name)[:MAX_TITLE],
        description=scrub_text(tool.description or "")[:MAX_DESCRIPTION],
        input_schema=tool.input_schema,
        reads_only=bool(annotations.read_only_hint),
    )


def make_name(slug: str, remote_name: str, taken: set[str]) -> str:
    """A name for Claude that nothing else has: `<slug>__<name at the server>`, in the characters that the API takes."""
    name = f"{slug}__{re.sub(r'[^A-Za-z0-9_-]', '_', remote_name)}"[:MAX_TOOL_NAME]
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name[: MAX_TOOL_NAME - 1 - len(str(number))]}_{number}"
    return unique
