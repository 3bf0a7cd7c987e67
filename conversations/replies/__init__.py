"""The engine that has questions answered. Views use `engine`, the one of this process, and what it returns."""

from conversations.replies.broadcast import Broadcast, Reader
from conversations.replies.end import End
from conversations.replies.engine import Draining, Engine

engine = Engine()

__all__ = ["Broadcast", "Draining", "End", "Engine", "Reader", "engine"]
