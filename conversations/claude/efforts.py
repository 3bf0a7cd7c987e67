"""How much Claude may think before it answers: the efforts that people can choose."""

from django.conf import settings
from django.utils.translation import gettext as _


def available_efforts() -> dict[str, str]:
    """Names by effort: low, medium and high, and CHAT_EFFORT if that is a higher one."""
    names = {
        "low": _("Low effort"),
        "medium": _("Medium effort"),
        "high": _("High effort"),
        "xhigh": _("Very high effort"),
        "max": _("Maximum effort"),
    }
    offered = {"low", "medium", "high", settings.CHAT_EFFORT}
    return {effort: name for effort, name in names.items() if effort in offered}


def default_effort(preferred: str = "") -> str:
    """The effort for a question that names none: `preferred` if it is offered, else CHAT_EFFORT."""
    return preferred if preferred in available_efforts() else settings.CHAT_EFFORT
