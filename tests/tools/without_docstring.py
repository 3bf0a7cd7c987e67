"""A tool of which Claude is told nothing."""

from conversations.tools.functions import tool


@tool(acts=False)
def count_rooms() -> int:
    return 12
