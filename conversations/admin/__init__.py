"""The admin of the product: the team's settings, and read-only lists of what was used and asked.

The lists show who, when and how it ended, and never what was said: not in a column, not through a search or a filter.
"""

from conversations.admin import access, conversations, messages, team, usage

__all__ = ["access", "conversations", "messages", "team", "usage"]
