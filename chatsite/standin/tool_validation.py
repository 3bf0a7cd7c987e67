"""Checks the tools of a request: those that the client runs, and those that Anthropic's servers run."""

from __future__ import annotations

import re
from typing import Any

from chatsite.standin.models import Model
from chatsite.standin.refusals import refuse_if

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
CLIENT_FIELDS = {
    "type",
    "name",
    "description",
    "input_schema",
    "strict",
    "cache_control",
    "defer_loading",
    "input_examples",
    "eager_input_streaming",
    "allowed_callers",
}
SHARED_FIELDS = {"type", "name", "cache_control", "allowed_callers", "defer_loading", "strict"}
WEB_FIELDS = SHARED_FIELDS | {"max_uses", "allowed_domains", "blocked_domains", "response_inclusion"}
#: The name and the fields of each tool that Anthropic's servers run, by its type without the date.
SERVER_TOOLS = {
    "web_search": WEB_FIELDS | {"user_location"},
    "web_fetch": WEB_FIELDS | {"max_content_tokens", "citations", "use_cache", "url_sources"},
    "code_execution": SHARED_FIELDS,
}
VERSIONS = {
    "web_search": ("20250305", "20260209", "20260318"),
    "web_fetch": ("20250910", "20260209", "20260309", "20260318"),
    "code_execution": ("20250522", "20250825", "20260120", "20260521"),
}
SERVER_TYPES = {f"{name}_{version}": name for name, versions in VERSIONS.items() for version in versions}


def check_tools(tools: Any) -> None:
    """Raise Refused for the first tool that the API does not accept."""
    if tools is None:
        return
    refuse_if(not isinstance(tools, list), "tools: Input should be a valid list")
    for number, tool in enumerate(tools):
        where = f"tools.{number}"
        refuse_if(not isinstance(tool, dict), f"{where}: Input should be an object")
        if tool.get("type") in (None, "custom"):
            check_client_tool(where, tool)
        else:
            check_server_tool(where, tool)
    names = [tool["name"] for tool in tools]
    refuse_if(len(set(names)) < len(names), "tools: Tool names must be unique.")


def check_client_tool(where: str, tool: dict[str, Any]) -> None:
    where = f"{where}.custom"
    refuse_unknown_fields(where, tool, CLIENT_FIELDS)
    check_name(f"{where}.name", tool.get("name"))
    refuse_if(not isinstance(tool.get("description", ""), str), f"{where}.description: Input should be a valid string")
    refuse_if("input_schema" not in tool, f"{where}.input_schema: Field required")
    schema = tool["input_schema"]
    refuse_if(not isinstance(schema, dict), f"{where}.input_schema: Input should be a valid dictionary")
    refuse_if("type" not in schema, f"{where}.input_schema.type: Field required")
    refuse_if(schema["type"] != "object", f"{where}.input_schema.type: Input should be 'object'")
    has_properties = isinstance(schema.get("properties", {}), dict)
    refuse_if(not has_properties, f"{where}.input_schema.properties: Input should be a valid dictionary")


def check_server_tool(where: str, tool: dict[str, Any]) -> None:
    tool_type = tool["type"]
    known = ", ".join(f"'{name}'" for name in ("custom", *SERVER_TYPES))
    is_known = isinstance(tool_type, str) and tool_type in SERVER_TYPES
    refuse_if(not is_known, f"{where}: Input tag '{tool_type}' found using 'type' does not match any of: {known}")
    name = SERVER_TYPES[tool_type]
    where = f"{where}.{tool_type}"
    refuse_unknown_fields(where, tool, SERVER_TOOLS[name])
    refuse_if(tool.get("name") != name, f"{where}.name: Input should be '{name}'")
    max_uses = tool.get("max_uses")
    is_count = max_uses is None or (type(max_uses) is int and max_uses > 0)
    refuse_if(not is_count, f"{where}.max_uses: Input should be greater than 0")
    has_both = tool.get("allowed_domains") and tool.get("blocked_domains")
    refuse_if(has_both, f"{where}: Cannot specify both `allowed_domains` and `blocked_domains`.")


def check_name(where: str, name: Any) -> None:
    is_valid = isinstance(name, str) and NAME.fullmatch(name)
    refuse_if(not is_valid, f"{where}: String should match pattern '^{NAME.pattern}$'")


def refuse_unknown_fields(where: str, tool: dict[str, Any], fields: set[str]) -> None:
    for field in sorted(tool.keys() - fields):
        refuse_if(True, f"{where}.{field}: Extra inputs are not permitted")


def check_tool_choice(choice: dict[str, Any], tools: list[dict[str, Any]], model: Model) -> None:
    choice_type = choice.get("type")
    refuse_if(choice_type not in ("auto", "any", "tool", "none"), "tool_choice.type: unknown value")
    is_unsupported = choice_type in ("any", "tool") and not model.forced_tools
    refuse_if(is_unsupported, f'"tool_choice.type.{choice_type}" is not supported for this model')
    refuse_if(not tools and choice_type != "none", "tool_choice: may only be specified while providing tools")
    is_missing = choice_type == "tool" and choice.get("name") not in [tool["name"] for tool in tools]
    refuse_if(is_missing, f"Tool '{choice.get('name')}' not found in provided tools")
