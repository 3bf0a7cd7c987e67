"""Refuses what the real API refuses, with its status, type and message, and turns of one role in a row besides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from chatsite.standin.citations import find_invalid_citation
from chatsite.standin.files import find_error
from chatsite.standin.models import Catalogue, Model
from chatsite.standin.refusals import Refused, refuse_if
from chatsite.standin.thinking import is_genuine
from chatsite.standin.tokens import CACHE_SECONDS, content_blocks, count_prompt_tokens
from chatsite.standin.tool_history import check_calls, check_result, check_tool_history
from chatsite.standin.tool_validation import check_tool_choice, check_tools
from chatsite.standin.web import find_altered_result

FIELDS = {
    "model",
    "max_tokens",
    "messages",
    "stream",
    "system",
    "stop_sequences",
    "metadata",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "cache_control",
    "container",
    "diagnostics",
    "service_tier",
    "speed",
    "inference_geo",
    "mcp_servers",
    "context_management",
    "compaction",
    "fallbacks",
    "fallback_credit_token",
    "thread",
    "billing_policy",
}
SAMPLING_FIELDS = ("temperature", "top_p", "top_k")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def check_headers(headers: Mapping[str, str]) -> str:
    """Return the API key; raise Refused without a valid one and without a version."""
    key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
    if not key:
        raise Refused(401, "x-api-key header is required")
    if key == "bad-key":
        raise Refused(401, "invalid x-api-key")
    refuse_if("anthropic-version" not in headers, "anthropic-version: header is required")
    return key


def check_body(body: Any, catalogue: Catalogue, *, needs_max_tokens: bool) -> Model:
    """Return the model that the request names; raise Refused for the first error."""
    refuse_if(not isinstance(body, dict), "The request body is not valid JSON: expected an object")
    for field in SAMPLING_FIELDS:
        refuse_if(field in body, f"{field}: this parameter is not supported")
    for field in body.keys() - FIELDS:
        refuse_if(True, f"{field}: Extra inputs are not permitted")
    model = check_model(body.get("model"), catalogue)
    if needs_max_tokens:
        check_max_tokens(body.get("max_tokens"), model)
    check_system(body.get("system"))
    check_messages(body.get("messages"), model)
    check_options(body, model)
    if error := find_error(body, model.window):
        raise Refused(400, error)
    size = count_prompt_tokens(body)
    refuse_if(size > model.window, f"prompt is too long: {size} tokens > {model.window} maximum")
    return model


def check_model(name: Any, catalogue: Catalogue) -> Model:
    refuse_if(not isinstance(name, str), "model: Field required")
    model = catalogue.find(name)
    if model is None or model.lifecycle == "retired":
        raise Refused(404, f"model: {name}")
    return model


def check_max_tokens(value: Any, model: Model) -> None:
    refuse_if(value is None, "max_tokens: Field required")
    refuse_if(type(value) is not int or value < 0, "max_tokens: Input should be a valid integer, at least 0")
    too_many = f"max_tokens: {value} > {model.max_tokens}, which is the maximum allowed number of output tokens"
    refuse_if(value > model.max_tokens, f"{too_many} for {model.id}")


def check_system(system: Any) -> None:
    if isinstance(system, str):
        refuse_if(LONE_SURROGATE.search(system), "system: no low surrogate")
    elif system is not None:
        check_blocks("system", system)


def check_messages(messages: Any, model: Model) -> None:
    refuse_if(not isinstance(messages, list), "messages: Field required")
    refuse_if(not messages, "messages: at least one message is required")
    for number, message in enumerate(messages):
        check_message(f"messages.{number}", message, model)
    # A compaction block stands for messages of both roles.
    is_compacted = content_blocks(messages[0]["content"])[0]["type"] == "compaction"
    check_roles([message["role"] for message in messages[int(is_compacted) :] if message["role"] != "system"])
    check_tool_history(messages)


def check_message(where: str, message: Any, model: Model) -> None:
    refuse_if(not isinstance(message, dict), f"{where}: Input should be an object")
    refuse_if(message.get("role") not in ("user", "assistant", "system"), f"{where}.role: unexpected role")
    refuse_if(message.keys() - {"role", "content"}, f"{where}: Extra inputs are not permitted")
    content = message.get("content")
    refuse_if(content in ("", [], None), f"{where}: all messages must have non-empty content")
    if isinstance(content, str):
        content = content_blocks(content)
    check_blocks(where, content)
    refuse_if(problem := find_invalid_citation(message["role"], content), f"{where}.content.{problem}")
    check_calls(where, message["role"], content)
    refuse_if(problem := find_altered_result(content), f"{where}.{problem}")
    for index, block in enumerate(content):
        is_thinking = block["type"] in ("thinking", "redacted_thinking")
        is_altered = is_thinking and not is_genuine(model.id, block)
        refuse_if(is_altered, f"{where}.content.{index}: Invalid `signature` in `thinking` block")
    if message["role"] != "assistant":
        types = {block["type"] for block in content}
        refuse_if("thinking" in types, f"{where}: `thinking` blocks can only be in assistant messages")


def check_blocks(where: str, content: Any) -> None:
    refuse_if(not isinstance(content, list), f"{where}.content: Input should be a string or a list of blocks")
    for block in content:
        has_type = isinstance(block, dict) and isinstance(block.get("type"), str)
        refuse_if(not has_type, f"{where}.content: each block needs a type")
    for block in content:
        if block["type"] == "text":
            check_text(where, block.get("text"))
        elif block["type"] == "tool_result":
            check_result(where, block)
            if block.get("content"):
                check_blocks(f"{where}.tool_result", content_blocks(block["content"]))


def check_text(where: str, text: Any) -> None:
    refuse_if(not isinstance(text, str), f"{where}: text content blocks need a text")
    refuse_if(text == "", f"{where}: text content blocks must be non-empty")
    refuse_if(not text.strip(), f"{where}: text content blocks must contain non-whitespace text")
    refuse_if(LONE_SURROGATE.search(text), "The request body is not valid JSON: no low surrogate in string")


def check_roles(roles: list[str]) -> None:
    """The real API joins messages of one role in a row. A site that sends them has lost a turn: refuse them."""
    refuse_if(roles[:1] != ["user"], 'messages: first message must use the "user" role')
    for role, next_role in pairwise(roles):
        refuse_if(role == next_role, f"messages: roles must alternate, found two {role} messages in a row")


def check_options(body: dict[str, Any], model: Model) -> None:
    for field in ("thinking", "output_config", "tool_choice", "cache_control"):
        is_object = body.get(field) is None or isinstance(body[field], dict)
        refuse_if(not is_object, f"{field}: Input should be an object")
    effort = (body.get("output_config") or {}).get("effort")
    if body.get("thinking") is not None:
        check_thinking(body["thinking"], effort, body.get("max_tokens"), model)
    if effort is not None:
        refuse_if(not model.efforts, "This model does not support the effort parameter.")
        refuse_if(effort not in model.efforts, f"output_config.effort: Input should be one of {model.efforts}")
    check_tools(body.get("tools"))
    if body.get("tool_choice") is not None:
        check_tool_choice(body["tool_choice"], body.get("tools") or [], model)
    ttl = (body.get("cache_control") or {}).get("ttl")
    refuse_if(ttl is not None and ttl not in tuple(CACHE_SECONDS), "cache_control: ttl must be 5m or 1h")


def check_thinking(thinking: dict[str, Any], effort: Any, max_tokens: int | None, model: Model) -> None:
    thinking_type = thinking.get("type")
    unsupported = f'"thinking.type.{thinking_type}" is not supported for this model'
    refuse_if(thinking_type not in model.thinking, unsupported)
    is_effort_too_high = thinking_type == "disabled" and "adaptive" in model.thinking and effort in ("xhigh", "max")
    refuse_if(is_effort_too_high, f"{unsupported} at effort {effort}")
    if thinking_type == "enabled":
        budget: Any = thinking.get("budget_tokens")
        refuse_if(type(budget) is not int or budget < 1024, "thinking.budget_tokens: at least 1024 is required")
        is_over_budget = max_tokens is not None and budget >= max_tokens
        refuse_if(is_over_budget, "`max_tokens` must be greater than the budget")
    refuse_if(thinking.get("display", "omitted") not in ("summarized", "omitted"), "thinking.display: unknown value")
