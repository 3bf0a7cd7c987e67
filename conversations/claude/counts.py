"""Claude's counts of tokens: read from `usage` objects, which other servers send in any shape. Pure."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

from conversations.models.tokens import Tokens

#: As much as a column holds.
MAX_COUNT = 2**31 - 1
#: Used to estimate what Claude has not counted.
CHARACTERS_PER_TOKEN = 4


@dataclass(slots=True)
class Counts:
    """The totals of one call so far."""

    tokens: Tokens = field(default_factory=Tokens)
    #: Those of the compactions of the call, which the totals are without.
    compacted: Tokens = field(default_factory=Tokens)
    #: Searches in the web that the call is billed for.
    searches: int = 0
    #: False once a count has come that no call can have.
    is_plausible: bool = True

    def update(self, usage: Any) -> None:
        """Take the totals of a `usage` object; those that are missing or null do not change."""
        if not isinstance(usage, dict):
            self.is_plausible = self.is_plausible and usage is None
            return
        self._update_compacted(usage.get("iterations"))
        if isinstance(uses := usage.get("server_tool_use"), dict):
            self.searches = self._read(uses.get("web_search_requests")) or 0
        creation = usage.get("cache_creation")
        if not isinstance(creation, dict):
            creation = {}
        totals = {
            "input": self._read(usage.get("input_tokens")),
            "output": self._read(usage.get("output_tokens")),
            "cache_write_1h": self._read(creation.get("ephemeral_1h_input_tokens")),
            "cache_read": self._read(usage.get("cache_read_input_tokens")),
        }
        self.tokens = replace(self.tokens, **{name: total for name, total in totals.items() if total is not None})
        written = self._read(usage.get("cache_creation_input_tokens"))
        if written is not None:
            written_1h = min(self.tokens.cache_write_1h, written)
            self.is_plausible = self.is_plausible and written_1h == self.tokens.cache_write_1h
            self.tokens = replace(self.tokens, cache_write_1h=written_1h, cache_write_5m=written - written_1h)

    def _update_compacted(self, iterations: Any) -> None:
        """Sum up the `iterations` of the type `compaction`: their tokens are in no other count."""
        if not isinstance(iterations, list):
            return
        compactions = [item for item in iterations if isinstance(item, dict) and item.get("type") == "compaction"]
        names = {
            "input": "input_tokens",
            "output": "output_tokens",
            "cache_write_5m": "cache_creation_input_tokens",
            "cache_read": "cache_read_input_tokens",
        }
        counts = {
            name: min(sum(read_count(item.get(key)) for item in compactions), MAX_COUNT) for name, key in names.items()
        }
        self.compacted = Tokens(**counts)

    def _read(self, value: Any) -> int | None:
        """A count, at least 0 and at most MAX_COUNT; None where there is none."""
        if value is None or (type(value) is int and 0 <= value <= MAX_COUNT):
            return value
        self.is_plausible = False
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return None
        return None if math.isnan(number) else int(min(max(number, 0), MAX_COUNT))


def read_count(value: Any) -> int:
    """A count of tokens; 0 for anything that is none."""
    return value if type(value) is int and 0 <= value <= MAX_COUNT else 0


def estimate(tokens: Tokens, *, prompt: int, characters: int, max_output: int) -> Tokens:
    """The counts of a call that has no final count: Claude's own count of what it wrote comes only at the end.

    `prompt`: estimated tokens, taken where Claude has not counted the prompt; `characters`: as many as were written.
    """
    written = min(math.ceil(characters / CHARACTERS_PER_TOKEN), max_output)
    return replace(tokens, input=tokens.input if tokens.prompt else prompt, output=max(tokens.output, written))


def clamp(tokens: Tokens, *, window: int, max_output: int) -> Tokens:
    """The counts, at most those that a call can have whose prompt fits into `window`."""
    room = window
    clamped = {}
    for name in ("input", "cache_write_5m", "cache_write_1h", "cache_read"):
        clamped[name] = min(getattr(tokens, name), room)
        room -= clamped[name]
    return Tokens(**clamped, output=min(tokens.output, max_output))
