"""How much Claude may think before it answers: the efforts that people can choose, as far as a model takes them."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.claude.models import NO_THINKING, Model, available_models

#: The efforts of the API, the lowest first.
EFFORT_NAMES = {
    "low": gettext_noop("Low effort"),
    "medium": gettext_noop("Medium effort"),
    "high": gettext_noop("High effort"),
    "xhigh": gettext_noop("Very high effort"),
    "max": gettext_noop("Maximum effort"),
}
ALL_NAMES = {NO_THINKING: gettext_noop("No thinking"), **EFFORT_NAMES}


def available_efforts() -> dict[str, str]:
    """Names by effort: all that one of the offered models takes, and CHAT_EFFORT."""
    offered = {effort for model in available_models() for effort in model.effort_choices} | {settings.CHAT_EFFORT}
    return {effort: _(name) for effort, name in ALL_NAMES.items() if effort in offered}


def describe_effort(effort: str) -> str:
    """Its name; an effort that has no name here is shown as it is."""
    return _(ALL_NAMES[effort]) if effort in ALL_NAMES else effort


def default_effort(preferred: str = "") -> str:
    """The effort for a question that names none: `preferred` if it is offered, else CHAT_EFFORT."""
    return preferred if preferred in available_efforts() else settings.CHAT_EFFORT


def fit_effort(effort: str, model: Model) -> str:
    """The effort, or the nearest below it that the model takes; the model's lowest where there is none."""
    taken = model.effort_choices
    if effort in taken or not taken:
        return effort
    order = list(ALL_NAMES)
    lower = [name for name in taken if order.index(name) < order.index(effort)]
    return lower[-1] if lower else taken[0]
