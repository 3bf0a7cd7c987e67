"""Claude's models: what each can do and cost, and which of them can be asked here.

`catalogue.json` holds what the API does not say, prices above all; `update_models` adds the API's own list.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations.models.tokens import Tokens

#: Claude may answer under the dated id of a model that was asked by its short id; both are the same model.
SNAPSHOT_DATE = re.compile(r"-\d{8}$")


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars per million tokens, which are micro-dollars per token."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal

    def cost(self, tokens: Tokens) -> Decimal:
        return (
            tokens.input * self.input
            + tokens.output * self.output
            + tokens.cache_write_5m * self.cache_write_5m
            + tokens.cache_write_1h * self.cache_write_1h
            + tokens.cache_read * self.cache_read
        )

    def max_cost(self, prompt_tokens: int, output_tokens: int) -> Decimal:
        # We never ask for a cache that is kept for an hour.
        return prompt_tokens * max(self.input, self.cache_write_5m) + output_tokens * self.output


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs from the day `since` on; `source` says where that was read."""

    since: date
    rates: Rates
    source: str
    #: Where a prompt has more than `long_prompt_tokens` tokens, these rates apply to the whole call.
    long_prompt_rates: Rates | None = None
    long_prompt_tokens: int = 0

    def rates_for(self, prompt_tokens: int) -> Rates:
        if self.long_prompt_rates is not None and prompt_tokens > self.long_prompt_tokens:
            return self.long_prompt_rates
        return self.rates


@dataclass(frozen=True, slots=True)
class Model:
    """One of Claude's models. The defaults suit a model of which nothing is known: the smallest limits in use."""

    id: str
    name: str
    #: Tokens that the prompt and the reply may have together.
    window: int = 200_000
    #: Tokens that a reply may have.
    max_output: int = 64_000
    #: Whether the model takes adaptive thinking and an effort, and whether its thinking can be disabled.
    supports_thinking: bool = False
    can_disable_thinking: bool = False
    #: Oldest first.
    prices: tuple[Price, ...] = ()
    lifecycle: Literal["active", "deprecated", "retired"] = "active"
    retires: date | None = None

    def cost(self, tokens: Tokens, day: date) -> int | None:
        """The cost of a call on that day, in micro-dollars; None if no price is known."""
        price = self._price(day)
        if price is None:
            return None
        return int(price.rates_for(tokens.prompt).cost(tokens).to_integral_value(ROUND_HALF_UP))

    def max_cost(self, prompt_tokens: int, output_tokens: int, day: date) -> int | None:
        """The highest possible cost of a call that begins on that day, in micro-dollars; None if no price is known.

        A call may end on the next day, at that day's price, and have fewer tokens, at the rates of a short prompt.
        """
        today, tomorrow = self._price(day), self._price(day + timedelta(days=1))
        if today is None or tomorrow is None:
            return None
        rates = [today.rates, today.rates_for(prompt_tokens), tomorrow.rates, tomorrow.rates_for(prompt_tokens)]
        highest = max(rate.max_cost(prompt_tokens, output_tokens) for rate in rates)
        return int(highest.to_integral_value(ROUND_CEILING))

    @property
    def retirement_note(self) -> str:
        """When the model retires, in words for a person; empty unless it is deprecated."""
        if self.lifecycle != "deprecated":
            return ""
        if self.retires is None:
            return _("about to retire")
        return _("retires %(day)s") % {"day": date_format(self.retires, "j F Y")}

    def _price(self, day: date) -> Price | None:
        prices = [price for price in self.prices if price.since <= day]
        return prices[-1] if prices else None


class _Catalogue(msgspec.Struct):
    about: str
    models: list[Model]


@cache
def catalogue() -> dict[str, Model]:
    """The models of `catalogue.json` by their ids."""
    content = Path(__file__).with_name("catalogue.json").read_bytes()
    return {model.id: model for model in msgspec.json.decode(content, type=_Catalogue).models}


#: The list of Claude's API, as this process last read it; empty until then.
_listed_models: dict[str, Model] = {}


def update_models(models: Iterable[Model]) -> None:
    """Replace what the API said of its models before."""
    global _listed_models
    _listed_models = {model.id: model for model in models}


def get_model(model_id: str) -> Model:
    """A model by its id. The catalogue says what it is; the API, once its list was read, whether it retires.

    Only the API can say that a model is retired: a date in the catalogue that has passed means that it is due.
    """
    listed = _listed_models.get(model_id)
    model = catalogue().get(model_id) or catalogue().get(SNAPSHOT_DATE.sub("", model_id))
    if model is None:
        return listed or Model(model_id, name=model_id)
    if listed is None:
        return replace(model, id=model_id)
    return replace(model, id=model_id, lifecycle=listed.lifecycle, retires=listed.retires)


def available_models() -> list[Model]:
    """The models of CHAT_MODELS that are not retired, in the order of the setting."""
    models = [get_model(model_id) for model_id in settings.CHAT_MODELS]
    return [model for model in models if model.lifecycle != "retired"]


def default_model(preferred: str = "") -> str:
    """The id of the model for a question that names none: `preferred` if available, else CHAT_MODEL, else the first."""
    available = [model.id for model in available_models()]
    for model_id in (preferred, settings.CHAT_MODEL, *available):
        if model_id in available:
            return model_id
    return settings.CHAT_MODEL


def unavailable_reason(model_id: str) -> str:
    """Why a model cannot be asked, as a sentence; empty if it can."""
    if model_id not in settings.CHAT_MODELS:
        return _("This model is not offered here.")
    model = get_model(model_id)
    if model.lifecycle == "retired":
        return _("%(name)s has been retired. Choose another model.") % {"name": model.name}
    return ""


def warnings() -> list[str]:
    """A sentence for the log about each model in the settings that is retired or deprecated."""
    sentences = []
    for setting, model_ids in [
        ("CHAT_MODELS", settings.CHAT_MODELS),
        ("CHAT_TITLE_MODEL", [settings.CHAT_TITLE_MODEL]),
    ]:
        for model in map(get_model, model_ids):
            if model.lifecycle == "retired":
                sentences.append(f"{setting} names {model.id}, which Claude has retired.")
            elif model.lifecycle == "deprecated":
                day = model.retires or "no date yet"
                sentences.append(f"{setting} names {model.id}, which is about to retire ({day}).")
    return sentences
