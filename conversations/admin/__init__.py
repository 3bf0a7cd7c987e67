"""The admin of the product: the team's settings, and read-only lists of conversations, messages, calls and readings.

The lists show who, when and how it ended. They never show what was written: not in a column, a search or a filter.
"""

from conversations.admin import (
    access,
    attachments,
    conversations,
    mcp_servers,
    messages,
    team,
    tool_calls,
    tools,
    usage,
)

__all__ = [
    "access",
    "attachments",
    "conversations",
    "mcp_servers",
    "messages",
    "team",
    "tool_calls",
    "tools",
    "usage",
]
