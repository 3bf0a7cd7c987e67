"""The engine that has questions answered. Views use `engine`, the one of this process, and what it returns."""

from conversations.replies.broadcast import Broadcast
from conversations.replies.decisions import AlreadyDecided, Choice, Decision
from conversations.replies.end import End
from conversations.replies.engine import Draining, Engine
from conversations.replies.reader import Reader

engine = Engine()

__all__ = ["AlreadyDecided", "Broadcast", "Choice", "Decision", "Draining", "End", "Engine", "Reader", "engine"]
