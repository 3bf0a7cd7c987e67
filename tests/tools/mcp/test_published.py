"""MCP servers that others have published: one from PyPI, one from npm."""

import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.packages import program as find_program
from tests.tools.mcp.conftest import call, list_names, program

EVERYTHING = "@modelcontextprotocol/server-everything@2026.8.31"


@pytest.fixture(scope="session")
def everything():
    """The server from npm, installed once into a folder that outlives the tests."""
    folder = Path(tempfile.gettempdir()) / "chatsite-npm" / EVERYTHING.rpartition("@")[2]
    script = folder / "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
    if not script.exists():
        npm = find_program("npm", "npm")
        subprocess.run(
            [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, EVERYTHING], check=True
        )
    return program(str(script), command=find_program("node", "nodejs"), title="Everything")


def test_the_time_server_from_pypi_tells_the_time():
    server = program("-m", "mcp_server_time", title="Time")
    assert {"get_current_time", "convert_time"} <= set(list_names(server))
    result = call(server, "get_current_time", timezone="Europe/Berlin")
    assert not result.is_error
    assert "Europe/Berlin" in result.content[0]["text"]


def test_the_server_from_npm_is_listed_and_called(everything):
    assert "echo" in list_names(everything)
    assert call(everything, "echo", message="Hello").content == [{"type": "text", "text": "Echo: Hello"}]


def test_an_image_from_npm_whose_checksum_is_wrong_is_left_out(everything):
    texts = [block["text"] for block in call(everything, "get-tiny-image").content]
    assert any(text.startswith("[An image is left out") for text in texts)
