"""The engine that has questions answered. Views use `engine`, the one of this process, and nothing else."""

from conversations.replies.engine import Draining, Engine

engine = Engine()

__all__ = ["Draining", "Engine", "engine"]
