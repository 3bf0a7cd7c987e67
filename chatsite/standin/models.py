"""The models of the stand-in and what each accepts, for `/v1/models` and for `validation`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

EFFORT_LEVELS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True)
class Model:
    id: str
    name: str
    released: str
    line: str
    thinking: frozenset[str]
    window: int = 1_000_000
    max_tokens: int = 128_000
    efforts: tuple[str, ...] = EFFORT_LEVELS
    forced_tools: bool = False
    can_compact: bool = True
    lifecycle: str = "active"
    deprecated: str | None = None
    retires: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.name,
            "created_at": as_midnight(self.released),
            "lifecycle": self.lifecycle,
            "deprecated_at": as_midnight(self.deprecated),
            "retires_at": as_midnight(self.retires),
            "line": self.line,
            "max_input_tokens": self.window,
            "max_tokens": self.max_tokens,
            "capabilities": self.capabilities(),
        }

    def capabilities(self) -> dict[str, Any]:
        yes = supported(True)
        is_current = supported("adaptive" in self.thinking)
        thinking_types = ("adaptive", "enabled", "disabled", "between_tools")
        return {
            "batch": yes,
            "citations": yes,
            "code_execution": is_current,
            "compaction": {**supported(self.can_compact), "summarize": supported(self.can_compact)},
            "image_input": yes,
            "pdf_input": yes,
            "structured_outputs": yes,
            "effort": {
                **supported(bool(self.efforts)),
                **{level: supported(level in self.efforts) for level in EFFORT_LEVELS},
            },
            "thinking": {
                **yes,
                "types": {name: supported(name in self.thinking) for name in thinking_types},
            },
            "context_management": {
                **yes,
                "clear_tool_uses_20250919": yes,
                "clear_thinking_20251015": yes,
                "compact_20260112": is_current,
            },
            "server_tools": {**yes, "web_search": yes, "code_execution": yes},
        }


def supported(value: bool) -> dict[str, Any]:
    return {"supported": value}


def as_midnight(date: str | None) -> str | None:
    return f"{date}T00:00:00Z" if date else None


ADAPTIVE = frozenset({"adaptive"})
OPTIONAL_ADAPTIVE = ADAPTIVE | {"disabled"}
BUDGET = frozenset({"enabled", "disabled"})
SMALL_WINDOW: dict[str, Any] = {"window": 200_000, "max_tokens": 64_000}
NO_COMPACTION: dict[str, Any] = {"can_compact": False}
DEPRECATED: dict[str, Any] = {"lifecycle": "deprecated", "deprecated": "2026-05-29", "retires": "2026-11-30"}
RETIRED: dict[str, Any] = {"lifecycle": "retired", "deprecated": "2026-04-14", "retires": "2026-06-15"}

POCKET = "claude-pocket-1"

# Newest first, like the real list. The window of claude-sonnet-4-6 and the dates of deprecation are assumed.
MODELS = (
    Model("claude-fable-5-2", "Claude Fable 5.2", "2026-11-09", "fable", ADAPTIVE),
    Model("claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-07", "haiku", OPTIONAL_ADAPTIVE, forced_tools=True),
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-28", "sonnet", ADAPTIVE | {"between_tools"}),
    Model("claude-opus-5-5", "Claude Opus 5.5", "2026-09-22", "opus", ADAPTIVE),
    Model("claude-fable-5-1", "Claude Fable 5.1", "2026-09-01", "fable", ADAPTIVE),
    Model("claude-opus-5", "Claude Opus 5", "2026-07-24", "opus", ADAPTIVE, forced_tools=True),
    Model("claude-sonnet-5", "Claude Sonnet 5", "2026-06-30", "sonnet", OPTIONAL_ADAPTIVE, forced_tools=True),
    Model(
        "claude-sonnet-4-6",
        "Claude Sonnet 4.6",
        "2026-02-17",
        "sonnet",
        OPTIONAL_ADAPTIVE | BUDGET,
        **SMALL_WINDOW,
        forced_tools=True,
    ),
    Model(
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        "2025-10-15",
        "haiku",
        BUDGET,
        **SMALL_WINDOW,
        efforts=(),
        forced_tools=True,
        **NO_COMPACTION,
    ),
    Model(
        "claude-sonnet-4-5-20250929",
        "Claude Sonnet 4.5",
        "2025-09-29",
        "sonnet",
        BUDGET,
        **SMALL_WINDOW,
        efforts=(),
        forced_tools=True,
        **NO_COMPACTION,
        **DEPRECATED,
    ),
    # No model of Anthropic's: its window is full after a few turns, to show and test what then happens.
    Model(POCKET, "Claude Pocket", "2025-01-01", "haiku", BUDGET, window=8_000, max_tokens=1_000, efforts=()),
    Model("claude-opus-4-20250514", "Claude Opus 4", "2025-05-22", "opus", BUDGET, **RETIRED),
    Model("claude-sonnet-4-20250514", "Claude Sonnet 4", "2025-05-22", "sonnet", BUDGET, **RETIRED),
)
ALIASES = {
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-opus-4-0": "claude-opus-4-20250514",
    "claude-sonnet-4-0": "claude-sonnet-4-20250514",
}


class Catalogue:
    """All models; a smaller window for all of them makes tests of long conversations cheap."""

    def __init__(self, window: int | None = None) -> None:
        models = (replace(model, window=window or model.window) for model in MODELS)
        self.models = {model.id: model for model in models}

    def find(self, name: str) -> Model | None:
        """Return a model by id or alias, also a retired one, or None."""
        return self.models.get(ALIASES.get(name, name))

    def page(self, lifecycles: list[str], limit: int, after: str | None, before: str | None) -> dict[str, Any]:
        """Return a page of the list: after one id, or before another, or from the start."""
        lifecycles = lifecycles or ["active", "deprecated"]
        ids = [model.id for model in self.models.values() if model.lifecycle in lifecycles]
        start = ids.index(after) + 1 if after in ids else 0
        if before in ids:
            stop = ids.index(before)
            start = max(start, stop - limit)
            has_more = start > 0
        else:
            stop = len(ids)
            has_more = start + limit < len(ids)
        page = ids[start:stop][:limit]
        return {
            "data": [self.models[model_id].as_json() for model_id in page],
            "has_more": has_more,
            "first_id": page[0] if page else None,
            "last_id": page[-1] if page else None,
        }
