"""MCP servers for these tests: an ordinary one, by its address and as a program, and hostile ones."""

import asyncio
import subprocess
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from conversations.models import MCPServer
from conversations.tools.mcp import client
from conversations.tools.mcp.errors import as_tool_error
from conversations.tools.mcp.results import read_result
from conversations.tools.results import ToolContext, ToolError
from tests.site import eventually, free_port

HERE = Path(__file__).parent
#: Set when a test is over: slow answers end.
RELEASED = threading.Event()


def program(*arguments, **fields) -> MCPServer:
    """A server that is a Python program; not saved."""
    defaults = {"pk": 1, "slug": "files", "title": "Files", "transport": "stdio", "command": sys.executable}
    return MCPServer(**defaults | fields, arguments="\n".join(arguments))


def everyday() -> MCPServer:
    return program(str(HERE / "everyday.py"))


def hostile(how: str, **fields) -> MCPServer:
    return program(str(HERE / "hostile.py"), how, **fields)


def at(url: str, **fields) -> MCPServer:
    """A server that has an address; not saved."""
    return MCPServer(**{"pk": 2, "slug": "web", "title": "Web", "transport": "http", "url": url} | fields)


def context_for(person) -> ToolContext:
    return ToolContext(user=person, conversation=uuid4(), message=uuid4(), call=uuid4())


def call(server: MCPServer, tool: str = "act", token: str = "", **arguments):
    """Call a tool; returns its result, or the sentence of its error."""

    async def run():
        with as_tool_error(server, token):
            return await read_result(await client.call_tool(server, token, tool, arguments), 1, token)

    try:
        return asyncio.run(run())
    except ToolError as error:
        return str(error)


def list_names(server: MCPServer, token: str = "") -> list[str]:
    return [tool.name for tool in asyncio.run(client.list_tools(server, token))]


@pytest.fixture(scope="session")
def everyday_url():
    port = free_port()
    process = subprocess.Popen([sys.executable, HERE / "everyday.py", str(port)], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/mcp"

    def answers():
        with suppress(httpx2.HTTPError):
            return httpx2.get(url)

    try:
        eventually(answers, 60)
        yield url
    finally:
        process.kill()
        process.wait()


class Hostile(BaseHTTPRequestHandler):
    """Misbehaves as its path says; notes the paths and the authorizations of the requests."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str | None]] = []

    def do_POST(self):
        self.seen.append((self.path, self.headers.get("Authorization")))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with suppress(ConnectionError):
            getattr(self, self.path.strip("/"))()
        self.close_connection = True

    def respond(self, status, **headers):
        self.send_response(status)
        for name, value in {"Connection": "close", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def slow(self):
        RELEASED.wait(30)

    def refuse(self):
        self.respond(401)

    def fail(self):
        self.respond(500)

    def redirect(self):
        self.respond(
            307, Location=f"http://localhost:{self.headers['Host'].rpartition(':')[2]}/elsewhere", Content_Length="0"
        )

    def elsewhere(self):
        self.respond(500)

    def endless(self):
        self.respond(200, Content_Type="application/json")
        while True:
            self.wfile.write(b" " * 100_000)

    def compressed(self):
        self.respond(200, Content_Type="application/json", Content_Encoding="gzip")

    def flood(self):
        self.respond(200, Content_Type="text/event-stream")
        while True:
            self.wfile.write(b'data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n')

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def hostile_url():
    Hostile.seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    RELEASED.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    RELEASED.set()
    server.shutdown()
    server.server_close()
