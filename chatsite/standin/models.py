"""The models the stand-in offers, with what each accepts: for `/v1/models` and for the refusals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

LEVELS = ("low", "medium", "high", "xhigh", "max")


@dataclass(frozen=True)
class Model:
    id: str
    name: str
    released: str
    line: str
    thinking: frozenset[str]
    window: int = 1_000_000
    max_tokens: int = 128_000
    efforts: tuple[str, ...] = LEVELS
    forced_tools: bool = False
    lifecycle: str = "active"
    deprecated: str | None = None
    retires: str | None = None

    def info(self) -> dict[str, Any]:
        return {
            "type": "model",
            "id": self.id,
            "display_name": self.name,
            "created_at": midnight(self.released),
            "lifecycle": self.lifecycle,
            "deprecated_at": midnight(self.deprecated),
            "retires_at": midnight(self.retires),
            "line": self.line,
            "max_input_tokens": self.window,
            "max_tokens": self.max_tokens,
            "capabilities": self.capabilities(),
        }

    def capabilities(self) -> dict[str, Any]:
        yes, current = supported(True), supported("adaptive" in self.thinking)
        plain = ("batch", "citations", "image_input", "pdf_input", "structured_outputs")
        kinds = ("adaptive", "enabled", "disabled", "between_tools")
        edits = ("clear_tool_uses_20250919", "clear_thinking_20251015")
        return {
            **dict.fromkeys(plain, yes),
            "code_execution": current,
            "effort": supported(bool(self.efforts)) | {level: supported(level in self.efforts) for level in LEVELS},
            "thinking": yes | {"types": {kind: supported(kind in self.thinking) for kind in kinds}},
            "context_management": yes | dict.fromkeys(edits, yes) | {"compact_20260112": current},
            "server_tools": yes | {"web_search": yes, "code_execution": yes},
        }


def supported(value: bool) -> dict[str, Any]:
    return {"supported": value}


def midnight(day: str | None) -> str | None:
    return day and f"{day}T00:00:00Z"


ADAPTIVE = frozenset({"adaptive"})
SWITCHED = ADAPTIVE | {"disabled"}
BUDGET = frozenset({"enabled", "disabled"})
SMALL: dict[str, Any] = {"window": 200_000, "max_tokens": 64_000}
LEAVING: dict[str, Any] = {"lifecycle": "deprecated", "deprecated": "2026-05-29", "retires": "2026-11-30"}
GONE: dict[str, Any] = {"lifecycle": "retired", "deprecated": "2026-04-14", "retires": "2026-06-15"}

# Newest first, as the real list. The window of sonnet-4-6 and the dates of deprecation are assumed.
LINE_UP = (
    Model("claude-fable-5-2", "Claude Fable 5.2", "2026-11-09", "fable", ADAPTIVE),
    Model("claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-07", "haiku", SWITCHED, forced_tools=True),
    Model("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-28", "sonnet", ADAPTIVE | {"between_tools"}),
    Model("claude-opus-5-5", "Claude Opus 5.5", "2026-09-22", "opus", ADAPTIVE),
    Model("claude-fable-5-1", "Claude Fable 5.1", "2026-09-01", "fable", ADAPTIVE),
    Model("claude-opus-5", "Claude Opus 5", "2026-07-24", "opus", ADAPTIVE, forced_tools=True),
    Model("claude-sonnet-5", "Claude Sonnet 5", "2026-06-30", "sonnet", SWITCHED, forced_tools=True),
    Model(
        "claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17", "sonnet", SWITCHED | BUDGET,
        **SMALL, forced_tools=True,
    ),
    Model(
        "claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-15", "haiku", BUDGET,
        **SMALL, efforts=(), forced_tools=True,
    ),
    Model(
        "claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "2025-09-29", "sonnet", BUDGET,
        **SMALL, efforts=(), forced_tools=True, **LEAVING,
    ),
    Model("claude-opus-4-20250514", "Claude Opus 4", "2025-05-22", "opus", BUDGET, **GONE),
    Model("claude-sonnet-4-20250514", "Claude Sonnet 4", "2025-05-22", "sonnet", BUDGET, **GONE),
)  # fmt: skip
ALIASES = {
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-opus-4-0": "claude-opus-4-20250514",
    "claude-sonnet-4-0": "claude-sonnet-4-20250514",
}


class Catalogue:
    """The line-up; a smaller window for all makes tests of long conversations cheap."""

    def __init__(self, window: int | None = None) -> None:
        models = (replace(model, window=window or model.window) for model in LINE_UP)
        self.models = {model.id: model for model in models}

    def find(self, name: object) -> Model | None:
        """A model by id or alias, also a retired one; None for what never was."""
        return self.models.get(ALIASES.get(name, name)) if isinstance(name, str) else None

    def page(self, lifecycles: list[str], limit: int, after: str | None, before: str | None) -> dict[str, Any]:
        wanted = lifecycles or ["active", "deprecated"]
        ids = [model.id for model in self.models.values() if model.lifecycle in wanted]
        start = ids.index(after) + 1 if after in ids else 0
        stop = ids.index(before) if before in ids else len(ids)
        start = max(start, stop - limit) if before in ids else start
        page = ids[start:stop][:limit]
        return {
            "data": [self.models[name].info() for name in page],
            "has_more": start > 0 if before in ids else start + limit < len(ids),
            "first_id": page[0] if page else None,
            "last_id": page[-1] if page else None,
        }
