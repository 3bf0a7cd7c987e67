"""Tools of a team, for the tests; each does something that tools do."""

import asyncio
import sys
import threading
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from chatsite.accounts.models import User
from conversations.tools.functions import tool
from conversations.tools.outputs import ToolFile, ToolImage
from conversations.tools.results import ToolContext, ToolError
from tests.samples import image_file


@dataclass
class Room:
    name: str
    free_from: date


@tool(acts=False)
def find_rooms(
    people: int, json: str = "", model_size: Annotated[str, Field(description="The size.")] = "big"
) -> list[Room]:
    """Find free rooms.

    Only those of this house.

    Args:
        people: How many people
            there must be room for.

    Returns:
        The rooms.
    """
    return [Room(f"{model_size} room for {people} {json}".strip(), date(2026, 11, 27))]


@tool(acts=True, untrusted=True, name="book-room", title="Book", description="Books a room.", timeout=5)
async def book(context: ToolContext, kind: Literal["small", "big"] = "big") -> str:
    await asyncio.sleep(0)
    return f"{context.user.first_name} has a {kind} room."


@tool(acts=False)
def count_people() -> dict[str, int]:
    """Count people."""
    return {"people": User.objects.count()}


@tool(acts=False)
def say_nothing() -> None:
    """Says nothing."""


@tool(acts=False)
def repeat(text: str) -> str:
    """Repeat a text."""
    return text


@tool(acts=False)
def refuse() -> str:
    """Refuse."""
    raise ToolError("The house is closed today.")


@tool(acts=False)
def break_down(secret: str) -> str:
    """Fail."""
    raise ValueError(f"cannot use {secret}")


@tool(acts=False)
def exit_process() -> str:
    """Exit."""
    sys.exit(3)


@tool(acts=False)
async def cancel_itself() -> str:
    """Cancel."""
    raise asyncio.CancelledError


@tool(acts=False, timeout=0.2)
async def wait_for_ever() -> str:
    """Wait."""
    await asyncio.Event().wait()
    return ""


#: Ends all calls of `hang`.
released = threading.Event()


@tool(acts=True, timeout=0.2)
def hang() -> str:
    """Hang."""
    released.wait(20)
    return ""


#: Three calls of `meet` wait for each other.
together = threading.Barrier(3)


@tool(acts=False)
def meet() -> str:
    """Meet two others."""
    together.wait(20)
    return "Met."


@tool(acts=False)
def draw(size: int = 40) -> ToolImage:
    """Draw a square."""
    return ToolImage(image_file((size, size)))


@tool(acts=False)
def draw_badly() -> ToolImage:
    """Draw what is no image."""
    return ToolImage(b"This is a text.")


@tool(acts=False)
def write_report(name: str, text: str = "All is well.") -> ToolFile:
    """Write a report."""
    return ToolFile(name, text.encode())
