"""Tools for tests of real processes. TOOL_LOG is the file in which each run of one is a line."""

import asyncio
import os
from pathlib import Path

from conversations.tools.functions import tool
from conversations.tools.results import ToolContext


def log(line: str) -> None:
    with Path(os.environ["TOOL_LOG"]).open("a") as file:
        file.write(f"{line}\n")


@tool(acts=True)
async def send(context: ToolContext, to: str = "", seconds: float = 0) -> str:
    """Send something."""
    log(f"begin {context.call}")
    await asyncio.sleep(seconds)
    log(f"end {context.call}")
    return f"Sent to {to}."


@tool(acts=False)
async def look(context: ToolContext, seconds: float = 0) -> str:
    """Look something up."""
    log(f"begin {context.call}")
    await asyncio.sleep(seconds)
    log(f"end {context.call}")
    return "It is noon."
