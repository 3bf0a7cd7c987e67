"""Claude calls a tool of an MCP server in an answer, in a real process of the site."""

import subprocess
import sys

import pytest

from conversations.models import MCPServer, ToolCall
from conversations.tools.mcp.tools import refresh_tools
from conversations.tools.results import ToolError
from tests.site import Visitor, eventually, free_port, stored
from tests.tools.mcp.conftest import HERE


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def process(port):
    """An ordinary server."""
    process = subprocess.Popen([sys.executable, HERE / "everyday.py", str(port)], stderr=subprocess.DEVNULL)
    yield process
    process.kill()
    process.wait()


def is_read(server):
    try:
        refresh_tools(server)
    except ToolError:
        return False
    return True


def test_a_server_is_killed_while_it_runs_a_call(site, alice, process, port):
    server = MCPServer.objects.create(slug="everyday", title="Everyday", url=f"http://127.0.0.1:{port}/mcp")
    eventually(lambda: is_read(server), seconds=60)
    server.tools.filter(remote_name="wait").update(is_enabled=True, acts=False)
    question = '[[rate:0]][[tool:everyday__wait:{"seconds": 60}]]Please.'
    with Visitor(site, alice).asking(question, tools=["everyday__wait"]) as stream:
        eventually(lambda: ToolCall.objects.filter(state="running").exists())
        process.kill()
        assert stream.end["state"] == "complete"

    call = ToolCall.objects.get()
    assert call.state == "failed"
    assert "Everyday" in str(call.result)
    answer = stored(stream.start["reply"])
    assert Visitor(site, alice).ask("[[rate:0]]And now?", answer.conversation_id).end["state"] == "complete"
