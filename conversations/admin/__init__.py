"""The admin of the product: the team's settings, and read-only lists of conversations, messages, calls and readings.

The lists show who, when and how it ended. They never show what was written: not in a column, a search or a filter.
"""

from conversations.admin import access, conversations, messages, team, usage

__all__ = ["access", "conversations", "messages", "team", "usage"]
