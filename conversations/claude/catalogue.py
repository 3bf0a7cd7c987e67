"""What Claude's models hold and cost, read once from `catalogue.json`; prompt, claude and replies ask here."""

import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

#: What a model that the catalogue does not know is taken to hold: the smallest window and reply in use.
UNKNOWN: dict[str, Any] = {"window": 200_000, "output": 64_000, "thinking": False, "silent": False, "prices": []}

#: Claude may answer by the dated name of a model that was asked for by its short one; it costs the same.
SNAPSHOT = re.compile(r"-\d{8}$")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one call used, as Claude counts it."""

    input: int = 0
    output: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0

    @property
    def prompt(self) -> int:
        return self.input + self.write_5m + self.write_1h + self.read


def display_name(model: str) -> str:
    return str(_model(model).get("name", model))


def retires(model: str) -> date | None:
    """The day on which Claude's makers mean to retire it, where that was known when this was written."""
    day: date | None = _model(model).get("retires")
    return day


def window(model: str) -> int:
    """How many tokens the prompt and the reply may have together."""
    return int(_model(model)["window"])


def longest_reply(model: str) -> int:
    """How many tokens a reply may have."""
    return int(_model(model)["output"])


def thinks(model: str) -> bool:
    """Whether the model takes adaptive thinking and an effort."""
    return bool(_model(model)["thinking"])


def can_be_silent(model: str) -> bool:
    """Whether a model that thinks can be told not to."""
    return bool(_model(model).get("silent"))


def cost(model: str, tokens: Tokens, day: date) -> int | None:
    """What a call cost, in millionths of a US dollar; None when no price is known for that day."""
    price = _price(model, day)
    if price is None:
        return None
    if "above" in price and tokens.prompt > price["above"]["tokens"]:
        price = price["above"]
    dollars_per_million = sum(
        (getattr(tokens, kind) * price[kind] for kind in ("input", "output", "write_5m", "write_1h", "read")),
        Decimal(),
    )
    return int(dollars_per_million.to_integral_value(ROUND_HALF_UP))


def most(model: str, prompt: int, output: int, day: date) -> int | None:
    """What a call can cost at most that begins on a day, with at most so many tokens sent and written.

    Tomorrow's price counts as well, because a call may end then; the cache is only asked to keep for 5 minutes.
    """
    today, tomorrow = _price(model, day), _price(model, day + timedelta(days=1))
    if today is None or tomorrow is None:
        return None
    bands = [today, tomorrow]
    bands += [band["above"] for band in bands if "above" in band and prompt > band["above"]["tokens"]]
    dearest = max(prompt * max(band["input"], band["write_5m"]) + output * band["output"] for band in bands)
    return int(Decimal(dearest).to_integral_value(ROUND_CEILING))


def _price(model: str, day: date) -> dict[str, Any] | None:
    known = [price for price in _model(model)["prices"] if price["from"] <= day]
    return known[-1] if known else None


def _model(model: str) -> dict[str, Any]:
    known = _catalogue()
    return known.get(model) or known.get(SNAPSHOT.sub("", model)) or UNKNOWN


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_suffix(".json")
    models: dict[str, dict[str, Any]] = json.loads(path.read_text(), parse_float=Decimal)["models"]
    for model in models.values():
        if "retires" in model:
            model["retires"] = date.fromisoformat(model["retires"])
        for price in model["prices"]:
            price["from"] = date.fromisoformat(price["from"])
        model["prices"].sort(key=lambda price: price["from"])
    return models
