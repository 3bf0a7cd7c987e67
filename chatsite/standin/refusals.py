"""What the real API refuses, refused with its status, type and words (and a little more: see `roles`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from . import thinking, tokens
from .models import Catalogue, Model

FIELDS = {
    "model", "max_tokens", "messages", "stream", "system", "stop_sequences", "metadata", "tools",
    "tool_choice", "thinking", "output_config", "cache_control", "container", "diagnostics", "service_tier",
    "speed", "inference_geo", "mcp_servers", "context_management", "compaction", "fallbacks",
    "fallback_credit_token", "thread", "billing_policy",
}  # fmt: skip
SAMPLING = ("temperature", "top_p", "top_k")
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.type = TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def key_of(headers: Mapping[str, str]) -> str:
    """Whose request this is; the version header is asked for in the same breath."""
    key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
    if not key:
        raise Refused(401, "x-api-key header is required")
    if key == "bad-key":
        raise Refused(401, "invalid x-api-key")
    if "anthropic-version" not in headers:
        raise Refused(400, "anthropic-version: header is required")
    return key


def check(body: Any, catalogue: Catalogue, *, counting: bool = False) -> Model:
    """The model asked for, or the first reason to refuse."""
    refuse_if(not isinstance(body, dict), "The request body is not valid JSON: expected an object")
    for field in SAMPLING:
        refuse_if(field in body, f"{field}: this parameter is not supported")
    for field in body.keys() - FIELDS:
        refuse_if(True, f"{field}: Extra inputs are not permitted")
    model = known_model(body, catalogue)
    if not counting:
        output(body, model)
    system(body)
    turns(body, model)
    options(body, model)
    window(body, model)
    return model


def refuse_if(reason: object, message: str) -> None:
    if reason:
        raise Refused(400, message)


def known_model(body: dict[str, Any], catalogue: Catalogue) -> Model:
    name = body.get("model")
    refuse_if(not isinstance(name, str), "model: Field required")
    model = catalogue.find(name)
    if model is None or model.lifecycle == "retired":
        raise Refused(404, f"model: {name}")
    return model


def output(body: dict[str, Any], model: Model) -> None:
    asked: Any = body.get("max_tokens")
    refuse_if(asked is None, "max_tokens: Field required")
    refuse_if(type(asked) is not int or asked < 0, "max_tokens: Input should be a valid integer, at least 0")
    limit = f"max_tokens: {asked} > {model.max_tokens}, which is the maximum allowed number of output tokens"
    refuse_if(asked > model.max_tokens, f"{limit} for {model.id}")


def system(body: dict[str, Any]) -> None:
    content = body.get("system")
    if content is not None and not isinstance(content, str):
        texts("system", well_formed("system", content))
    refuse_if(LONE_SURROGATE.search(content) if isinstance(content, str) else None, "system: no low surrogate")


def turns(body: dict[str, Any], model: Model) -> None:
    messages: Any = body.get("messages")
    refuse_if(not isinstance(messages, list), "messages: Field required")
    refuse_if(not messages, "messages: at least one message is required")
    for number, message in enumerate(messages):
        turn(f"messages.{number}", message, model)
    roles([message["role"] for message in messages])
    for number, (before, after) in enumerate(pairwise([{"role": "user", "content": ""}, *messages])):
        tool_results(number, before, after)


def turn(where: str, message: Any, model: Model) -> None:
    refuse_if(not isinstance(message, dict), f"{where}: Input should be an object")
    refuse_if(message.get("role") not in ("user", "assistant", "system"), f"{where}.role: unexpected role")
    refuse_if(message.keys() - {"role", "content"}, f"{where}: Extra inputs are not permitted")
    content = message.get("content")
    refuse_if(content in ("", [], None), f"{where}: all messages must have non-empty content")
    content = well_formed(where, tokens.blocks(content) if isinstance(content, str) else content)
    texts(where, content)
    for index, block in enumerate(content):
        is_thinking = block["type"] in ("thinking", "redacted_thinking")
        altered = is_thinking and not thinking.genuine(model.id, block)
        refuse_if(altered, f"{where}.content.{index}: Invalid `signature` in `thinking` block")
    outside = message["role"] != "assistant" and {b["type"] for b in content} & {"thinking", "tool_use"}
    refuse_if(outside, f"{where}: `thinking` and `tool_use` blocks can only be in assistant messages")


def well_formed(where: str, content: Any) -> list[dict[str, Any]]:
    refuse_if(not isinstance(content, list), f"{where}.content: Input should be a string or a list of blocks")
    for block in content:
        typed = isinstance(block, dict) and isinstance(block.get("type"), str)
        refuse_if(not typed, f"{where}.content: each block needs a type")
    return list(content)


def texts(where: str, content: list[dict[str, Any]]) -> None:
    for block in content:
        if block["type"] != "text":
            continue
        text: Any = block.get("text")
        refuse_if(not isinstance(text, str), f"{where}: text content blocks need a text")
        refuse_if(text == "", f"{where}: text content blocks must be non-empty")
        refuse_if(not text.strip(), f"{where}: text content blocks must contain non-whitespace text")
        refuse_if(LONE_SURROGATE.search(text), "The request body is not valid JSON: no low surrogate in string")


def roles(given: list[str]) -> None:
    """The real API joins neighbours of one role; a site that sends them has lost a turn and is told here."""
    spoken = [role for role in given if role != "system"]
    refuse_if(spoken[:1] != ["user"], 'messages: first message must use the "user" role')
    for before, after in pairwise(spoken):
        refuse_if(before == after, f"messages: roles must alternate, found two {after} messages in a row")
    prefill = "This model does not support assistant message prefill."
    refuse_if(spoken[-1] == "assistant", f"{prefill} The conversation must end with a user message.")


def tool_results(number: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    used, answered = set(ids(before, "tool_use", "id")), set(ids(after, "tool_result", "tool_use_id"))
    missing = f"messages.{number}: `tool_use` ids were found without `tool_result` blocks immediately after"
    refuse_if(used - answered, f"{missing}: {', '.join(sorted(used - answered))}")
    refuse_if(answered - used, f"messages.{number}: unexpected `tool_use_id` found in `tool_result` blocks")


def ids(message: dict[str, Any], kind: str, field: str) -> Iterator[str]:
    for block in tokens.blocks(message["content"]):
        if block["type"] == kind:
            yield str(block.get(field))


def options(body: dict[str, Any], model: Model) -> None:
    for field, rule in (("thinking", thinking_kind), ("output_config", effort), ("tool_choice", forced_tool)):
        value = body.get(field)
        if value is not None:
            refuse_if(not isinstance(value, dict), f"{field}: Input should be an object")
            rule(body, value, model)
    control = body.get("cache_control")
    good = control is None or (isinstance(control, dict) and control.get("ttl", "5m") in (*tokens.LIFETIME, None))
    refuse_if(not good, "cache_control: ttl must be 5m or 1h")


def thinking_kind(body: dict[str, Any], value: dict[str, Any], model: Model) -> None:
    kind = value.get("type")
    unsupported = f'"thinking.type.{kind}" is not supported for this model'
    refuse_if(kind not in model.thinking, unsupported)
    level = (body.get("output_config") or {}).get("effort")
    too_deep = kind == "disabled" and "adaptive" in model.thinking and level in ("xhigh", "max")
    refuse_if(too_deep, f"{unsupported} at effort {level}")
    if kind == "enabled":
        budget: Any = value.get("budget_tokens")
        refuse_if(type(budget) is not int or budget < 1024, "thinking.budget_tokens: at least 1024 is required")
        refuse_if(budget >= body.get("max_tokens", budget + 1), "`max_tokens` must be greater than the budget")
    refuse_if(value.get("display", "omitted") not in ("summarized", "omitted"), "thinking.display: unknown value")


def effort(body: dict[str, Any], value: dict[str, Any], model: Model) -> None:
    asked = value.get("effort")
    if asked is not None:
        refuse_if(not model.efforts, "This model does not support the effort parameter.")
        refuse_if(asked not in model.efforts, f"output_config.effort: Input should be one of {model.efforts}")


def forced_tool(body: dict[str, Any], value: dict[str, Any], model: Model) -> None:
    kind = value.get("type")
    refuse_if(kind not in ("auto", "any", "tool", "none"), "tool_choice.type: unknown value")
    forced = kind in ("any", "tool") and not model.forced_tools
    refuse_if(forced, f'"tool_choice.type.{kind}" is not supported for this model')


def window(body: dict[str, Any], model: Model) -> None:
    size = tokens.estimate(body)
    refuse_if(size > model.window, f"prompt is too long: {size} tokens > {model.window} maximum")
