"""People who sign in to MCP servers, and Claude's calls in their names."""

import asyncio

import httpx2

from conversations.models import MCPServer, Tool
from conversations.tools.mcp.tools import run
from conversations.tools.results import ToolError
from tests.replies.threads import storage_threads
from tests.site import Visitor
from tests.tools.mcp.conftest import context_for

PATH = "/settings/connections/"


def begin(visitor: Visitor, server: MCPServer) -> str:
    """Press "Sign in"; returns the link that is shown."""
    page = visitor.http.post(f"{PATH}{server.pk}/connect/")
    assert page.status_code == 200, page.text
    [link] = [part.split('"')[0] for part in page.text.split('href="') if part.startswith("http")]
    return link.replace("&amp;", "&")


def follow(link: str) -> str:
    """Where the authorization server sends the browser back to."""
    location: str = httpx2.get(link, follow_redirects=False).headers["location"]
    return location


def sign_in(visitor: Visitor, server: MCPServer) -> httpx2.Response:
    """The whole way; returns the last page."""
    return visitor.http.get(follow(begin(visitor, server)), follow_redirects=True)


def call(person, name: str = "who_am_i") -> str:
    """The text of a tool's result, or the sentence of its error."""
    with storage_threads():
        return call_in_thread(person, name)


def call_in_thread(person, name: str = "who_am_i") -> str:
    """The same, for several threads at once."""
    try:
        result = asyncio.run(run(Tool.objects.get(remote_name=name), {}, context_for(person)))
    except ToolError as error:
        return str(error)
    text: str = result.content[0]["text"]
    return text
