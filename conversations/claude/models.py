"""Claude's models: what each can do and cost, and which of them can be asked here.

`catalogue.json` holds what the API does not say, prices above all; `update_models` adds the API's own list.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import msgspec
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversations.models.tokens import Tokens

#: Not an effort of the API: thinking is disabled, where a model allows it.
NO_THINKING = "off"
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

    def max_cost(self, prompt_tokens: int, output_tokens: int, hour_cached_tokens: int = 0) -> Decimal:
        """`hour_cached_tokens`: those of the prompt that are asked to be cached for an hour."""
        prompt_rate = max(self.input, self.cache_write_5m)
        hour_rate = max(self.cache_write_1h - prompt_rate, Decimal(0))
        return prompt_tokens * prompt_rate + hour_cached_tokens * hour_rate + output_tokens * self.output


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
    #: Whether the model takes images and PDFs, and cites documents: all models since 2024 do.
    takes_images: bool = True
    takes_pdfs: bool = True
    can_cite: bool = True
    #: Whether the model can put one signed block in place of all messages. Only the API says that.
    supports_compaction: bool = False
    #: Which of the API's own tools the model has; None where neither the API nor the catalogue says that.
    server_tools: tuple[str, ...] | None = None
    #: The efforts that the model takes, if it takes adaptive thinking; the API may name more.
    efforts: tuple[str, ...] = ("low", "medium", "high")
    #: Oldest first.
    prices: tuple[Price, ...] = ()
    lifecycle: Literal["active", "deprecated", "retired"] = "active"
    retires: date | None = None

    def cost(self, tokens: Tokens, day: date, searches: int = 0) -> int | None:
        """The cost of a call on that day, in micro-dollars; None if no price is known. `searches`: in the web."""
        price = self._price(day)
        if price is None:
            return None
        tokens_cost = price.rates_for(tokens.prompt).cost(tokens)
        return int((tokens_cost + search_fees(searches, day)).to_integral_value(ROUND_HALF_UP))

    def cache_savings(self, tokens: Tokens, day: date) -> int:
        """What a call would have cost more without the prompt cache, in micro-dollars; less than 0 where it only wrote.

        0 if no price is known.
        """
        uncached = self.cost(Tokens(input=tokens.prompt, output=tokens.output), day)
        return (uncached or 0) - (self.cost(tokens, day) or 0)

    def max_cost(
        self, prompt_tokens: int, output_tokens: int, day: date, hour_cached_tokens: int = 0, searches: int = 0
    ) -> int | None:
        """The highest possible cost of a call that begins on that day, in micro-dollars; None if no price is known.

        A call may end on the next day, at that day's price, and have fewer tokens, at the rates of a short prompt.
        """
        next_day = day + timedelta(days=1)
        today, tomorrow = self._price(day), self._price(next_day)
        if today is None or tomorrow is None:
            return None
        rates = [today.rates, today.rates_for(prompt_tokens), tomorrow.rates, tomorrow.rates_for(prompt_tokens)]
        highest = max(rate.max_cost(prompt_tokens, output_tokens, hour_cached_tokens) for rate in rates)
        fees = max(search_fees(searches, day), search_fees(searches, next_day))
        return int((highest + fees).to_integral_value(ROUND_CEILING))

    @property
    def effort_choices(self) -> tuple[str, ...]:
        """What people can choose for how much it thinks, the lowest first; empty where they cannot."""
        if not self.supports_thinking:
            return ()
        return (NO_THINKING, *self.efforts) if self.can_disable_thinking else self.efforts

    @property
    def retirement_note(self) -> str:
        """When the model retires, in words for a person; empty unless it is deprecated."""
        if self.lifecycle != "deprecated":
            return ""
        if self.retires is None:
            return _("about to retire")
        return _("retires %(day)s") % {"day": date_format(self.retires)}

    def _price(self, day: date) -> Price | None:
        prices = [price for price in self.prices if price.since <= day]
        return prices[-1] if prices else None


@dataclass(frozen=True, slots=True)
class Fee:
    """What the API's own tools cost beside tokens from the day `since` on; `source` says where that was read."""

    since: date
    #: US dollars.
    per_1000_web_searches: Decimal
    source: str


class _Catalogue(msgspec.Struct):
    about: str
    #: Oldest first.
    fees: list[Fee]
    models: list[Model]


@cache
def _read_catalogue() -> _Catalogue:
    content = Path(__file__).with_name("catalogue.json").read_bytes()
    return msgspec.json.decode(content, type=_Catalogue)


@cache
def catalogue() -> dict[str, Model]:
    """The models of `catalogue.json` by their ids."""
    return {model.id: model for model in _read_catalogue().models}


def search_fees(searches: int, day: date) -> Decimal:
    """What so many searches in the web cost on that day, in micro-dollars; the oldest fee before it is known."""
    fees = _read_catalogue().fees
    fee = next((fee for fee in reversed(fees) if fee.since <= day), fees[0])
    return searches * fee.per_1000_web_searches * 1_000


#: The list of Claude's API, as this process last read it; empty until then.
_listed_models: dict[str, Model] = {}


def update_models(models: Iterable[Model]) -> None:
    """Replace what the API said of its models before."""
    global _listed_models
    _listed_models = {model.id: model for model in models}


def get_model(model_id: str) -> Model:
    """A model by its id. The catalogue says what it is; the API, once its list was read, what it takes and whether it
    retires.

    Only the API can say that a model is retired: a date in the catalogue that has passed means that it is due.
    """
    return _merge(model_id, _listed_models.get(model_id))


# Limited, because old messages and clients of the API may name any model.
@lru_cache(maxsize=1_000)
def _merge(model_id: str, listed: Model | None) -> Model:
    """What the catalogue and the API's list say of a model."""
    model = catalogue().get(model_id) or catalogue().get(SNAPSHOT_DATE.sub("", model_id))
    if model is None:
        return listed or Model(model_id, name=model_id)
    if listed is None:
        return replace(model, id=model_id)
    return replace(
        model,
        id=model_id,
        lifecycle=listed.lifecycle,
        retires=listed.retires,
        takes_images=listed.takes_images,
        takes_pdfs=listed.takes_pdfs,
        can_cite=listed.can_cite,
        supports_compaction=listed.supports_compaction,
        server_tools=model.server_tools if listed.server_tools is None else listed.server_tools,
        efforts=listed.efforts,
    )


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
