"""Which models can be asked here: those of CHAT_MODELS, less what Claude's API says is retired. Kept per process.

Views and forms ask; replies/news.py brings what Claude says. Until then, and where Claude is silent, the
catalogue speaks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations.claude import catalogue


@dataclass(frozen=True, slots=True)
class Listed:
    """A model in the list of Claude's API; `lifecycle` is active, deprecated or retired."""

    id: str
    name: str
    lifecycle: str = "active"
    retires: date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that can be chosen; `remark` says when it retires, and is empty for most."""

    id: str
    name: str
    remark: str = ""


_listed: dict[str, Listed] = {}


def learn(models: Iterable[Listed]) -> None:
    """Take a new list in the place of the former one."""
    global _listed
    _listed = {model.id: model for model in models}


def offers() -> list[Offer]:
    """What the picker shows, in the order of the setting."""
    return [Offer(model, name_of(model), _remark(_about(model))) for model in _offered()]


def usual(wished: str = "") -> str:
    """Who is asked when a question names no model: `wished` if it is offered, else the team's, else the first."""
    offered = _offered()
    return next((model for model in (wished, settings.CHAT_MODEL, *offered) if model in offered), settings.CHAT_MODEL)


def refusal(model: str) -> str:
    """Why a model cannot be asked, as a sentence; empty when it can."""
    if model not in settings.CHAT_MODELS:
        return _("This model is not offered here.")
    if _about(model).lifecycle == "retired":
        return _("%(name)s has been retired. Choose another model.") % {"name": name_of(model)}
    return ""


def name_of(model: str) -> str:
    """What people call it; its id where nobody knows a name."""
    name = catalogue.display_name(model)
    return name if name != model else _about(model).name


def concerns() -> list[str]:
    """What an administrator should know of the models that the settings name, for the log."""
    named = {"CHAT_MODELS": settings.CHAT_MODELS, "CHAT_TITLE_MODEL": [settings.CHAT_TITLE_MODEL]}
    return [
        f"{setting} names {model}, which {problem}."
        for setting, models in named.items()
        for model in models
        if (problem := _problem(_about(model)))
    ]


def _offered() -> list[str]:
    return [model for model in settings.CHAT_MODELS if _about(model).lifecycle != "retired"]


def _about(model: str) -> Listed:
    # Only the API retires a model: a date that has passed means that it is due, not that it has happened.
    day = catalogue.retires(model)
    assumed = Listed(model, catalogue.display_name(model), "deprecated" if day else "active", day)
    return _listed.get(model, assumed)


def _remark(model: Listed) -> str:
    if model.lifecycle != "deprecated":
        return ""
    if model.retires is None:
        return _("about to retire")
    return _("retires %(day)s") % {"day": date_format(model.retires, "j F Y")}


def _problem(model: Listed) -> str:
    if model.lifecycle == "retired":
        return "Claude has retired"
    return f"is about to retire ({model.retires or 'no date yet'})" if model.lifecycle == "deprecated" else ""
