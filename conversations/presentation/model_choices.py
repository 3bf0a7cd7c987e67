"""The models that the picker below the composer shows."""

from typing import Any

from conversations.claude.models import available_models, default_model


def model_choices(*, preferred: str = "") -> dict[str, Any]:
    """Template context: the available `models`, and the id of the `model` chosen at first."""
    return {"models": available_models(), "model": default_model(preferred)}
