"""Which tools Claude is offered for an answer, and how they are described to it."""

from typing import Any

from conversations.claude.server_tools import DEFINITIONS
from conversations.models import Message, Tool
from conversations.tools import running, web


def find_offered(answer: Message) -> list[Tool]:
    """The tools that an answer may use: those it was asked with, as far as its owner may still use them."""
    if not answer.tools:
        return []
    owner = answer.conversation.owner
    tools = Tool.objects.named(owner, answer.tools)
    return [tool for tool in tools if running.is_available(tool, answer.model) and web.has_uses_left(tool, owner)]


def define(tools: list[Tool]) -> list[dict[str, Any]]:
    """Their definitions for Claude's API, always in the same order: the prompt cache begins with them."""
    return [DEFINITIONS[tool.name] if tool.kind == Tool.Kind.WEB else define_own(tool) for tool in tools]


def define_own(tool: Tool) -> dict[str, Any]:
    """The definition of a tool that this site runs."""
    return {
        "name": tool.name,
        "description": tool.description,
        "input_schema": tool.input_schema or {"type": "object"},
    }
