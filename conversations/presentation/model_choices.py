"""The models and efforts that can be chosen below the composer."""

from typing import Any

from conversations.claude.efforts import available_efforts, default_effort
from conversations.claude.models import available_models, default_model


def model_choices(*, preferred_model: str = "", preferred_effort: str = "") -> dict[str, Any]:
    """Template context: the available `models` and `efforts`, and the `model` and the `effort` chosen at first."""
    return {
        "models": available_models(),
        "model": default_model(preferred_model),
        "efforts": available_efforts(),
        "effort": default_effort(preferred_effort),
    }
