"""An ordinary MCP server, made with the library's own classes: `python everyday.py [PORT]`.

Without a port it speaks through its pipes.
"""

import os
import sys
import time

from mcp.server.mcpserver import Image, MCPServer
from mcp.types import AudioContent, EmbeddedResource, TextContent, TextResourceContents, ToolAnnotations
from PIL import Image as Picture

server = MCPServer("everyday")
READS = ToolAnnotations(read_only_hint=True)


@server.tool(annotations=READS)
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool(structured_output=False)
def fail(reason: str) -> str:
    """Fail for a reason."""
    raise ValueError(reason)


@server.tool(structured_output=False)
def wait(seconds: float) -> str:
    """Wait."""
    time.sleep(seconds)
    return "Waited."


@server.tool(structured_output=False)
def repeat(text: str, times: int) -> str:
    """Repeat a text."""
    return text * times


@server.tool(structured_output=False)
def list_variables() -> str:
    """The names of the environment variables."""
    return " ".join(sorted(os.environ))


@server.tool(structured_output=False)
def read_variable(name: str) -> str:
    """An environment variable."""
    return os.environ.get(name, "")


@server.tool(structured_output=False)
def draw() -> Image:
    """A red square."""
    from io import BytesIO

    file = BytesIO()
    Picture.new("RGB", (8, 8), "red").save(file, "PNG")
    return Image(data=file.getvalue(), format="png")


@server.tool(structured_output=False)
def mix() -> list[TextContent | AudioContent | EmbeddedResource]:
    """Several kinds of content."""
    note = TextResourceContents(uri="note://1", text="A note.")
    return [
        TextContent(type="text", text="First."),
        AudioContent(type="audio", data="AAAA", mime_type="audio/wav"),
        EmbeddedResource(type="resource", resource=note),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", port=int(sys.argv[1]))
    else:
        server.run("stdio")
