"""A tool with the name of another one."""

from conversations.tools.functions import tool


@tool(acts=False)
def repeat(text: str) -> str:
    """Repeat a text."""
    return text + text
