"""The tools of MCP servers: read from the server for an administrator, and called for Claude."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chatsite.accounts.models import User
from conversations.models import MCPServer, Tool
from conversations.tools.mcp import client
from conversations.tools.mcp.definitions import Definition, make_name, read_definitions
from conversations.tools.mcp.errors import UnknownToken, as_tool_error
from conversations.tools.mcp.results import read_result
from conversations.tools.mcp.tokens import find_secrets
from conversations.tools.queries import run_query
from conversations.tools.results import ToolContext, ToolError, ToolResult

T = TypeVar("T")


@dataclass(slots=True)
class Reading:
    """What reading the tools of a server has changed: their titles, and the names of those that cannot be offered."""

    new: list[str] = field(default_factory=list)
    switched_off: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)


def refresh_tools(server: MCPServer, person: User | None = None) -> Reading:
    """Store the tools that the server names to this person. Raises ToolError, which is noted at the server."""
    try:
        tools = asyncio.run(call_as(person, server, lambda token, *_others: client.list_tools(server, token)))
    except ToolError as error:
        MCPServer.objects.filter(pk=server.pk).update(checked=timezone.now(), error=str(error)[:500])
        raise
    definitions, unusable = read_definitions(tools)
    with transaction.atomic():
        # Two readings at once take turns.
        MCPServer.objects.select_for_update().get(pk=server.pk)
        reading = store_tools(server, definitions)
        MCPServer.objects.filter(pk=server.pk).update(checked=timezone.now(), error="")
    reading.unusable = unusable
    return reading


def store_tools(server: MCPServer, definitions: list[Definition]) -> Reading:
    """Create, change and mark the rows of the server's tools."""
    reading = Reading()
    known = {tool.remote_name: tool for tool in server.tools.all()}
    taken = set(Tool.objects.values_list("name", flat=True))
    for definition in definitions:
        tool = known.pop(definition.remote_name, None)
        if tool is None:
            tool = create_tool(server, definition, taken)
            taken.add(tool.name)
            reading.new.append(tool.title)
            continue
        tool.is_listed = True
        if tool.propose_definition({"description": definition.description, "input_schema": definition.input_schema}):
            reading.switched_off.append(tool.title)
        tool.save()
    for tool in known.values():
        if tool.is_listed:
            reading.missing.append(tool.title)
            tool.is_listed = False
            tool.save()
    return reading


def create_tool(server: MCPServer, definition: Definition, taken: set[str]) -> Tool:
    """A tool that is switched off, and said to act: what the server claims of that is only a hint for the admin."""
    return Tool.objects.create(
        server=server,
        remote_name=definition.remote_name,
        name=make_name(server.slug, definition.remote_name, taken),
        kind=Tool.Kind.MCP,
        title=definition.title,
        description=definition.description,
        input_schema=definition.input_schema,
        acts=True,
        is_untrusted=True,
    )


async def run(tool: Tool, input: dict[str, Any], context: ToolContext) -> ToolResult:
    """Call a tool at its server. Raises ToolError."""
    server = await run_query(get_server, tool)

    async def call(token: str, *others: str) -> ToolResult:
        result = await client.call_tool(server, token, tool.remote_name, input)
        return await read_result(result, context.user.pk, token, *others)

    return await call_as(context.user, server, call)


def get_server(tool: Tool) -> MCPServer:
    """The server of a tool as it is now. Raises ToolError if the tool is not offered any more."""
    server = MCPServer.objects.filter(tools=tool, is_enabled=True).first()
    if server is None:
        raise ToolError(_("This tool is switched off."))
    return server


async def call_as(person: User | None, server: MCPServer, call: Callable[..., Awaitable[T]]) -> T:
    """What a call returns, which is given the token and what else must be kept secret; once more with a new token.

    Raises ToolError.
    """
    secrets = await find_token(person, server)
    try:
        with as_tool_error(server, *secrets):
            return await call(*secrets)
    except UnknownToken:
        if server.authentication != MCPServer.Authentication.OAUTH:
            raise
    # The server has not done anything: it did not accept the token.
    secrets = (*await find_token(person, server, refused=secrets[0]), *secrets)
    with as_tool_error(server, *secrets):
        return await call(*secrets)


async def find_token(person: User | None, server: MCPServer, refused: str = "") -> tuple[str, ...]:
    """The token, which may be empty, and other secrets. Raises ToolError."""
    with as_tool_error(server):
        return await find_secrets(server, person, refused) or ("",)
