"""What the models hold and cost: dated data, and what it says on a given day."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from chatsite.standin.models import Catalogue
from conversations.claude import catalogue
from conversations.claude.catalogue import Tokens

MODELS = json.loads((Path(catalogue.__file__).with_suffix(".json")).read_text())["models"]
TODAY = date(2026, 11, 24)
MILLION = 1_000_000
KINDS = ("input", "output", "write_5m", "write_1h", "read")


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("claude-sonnet-5-5", (2, 10, 2.5, 4, 0.1)),
        ("claude-opus-5-5", (4, 20, 5, 8, 0.2)),
        ("claude-fable-5-2", (8, 40, 10, 16, 0.2)),
        ("claude-haiku-4-5-20251001", (1, 5, 1.25, 2, 0.1)),
    ],
)
def test_a_million_tokens_of_each_kind_cost_their_price(model, dollars):
    for kind, price in zip(KINDS, dollars, strict=True):
        assert catalogue.cost(model, Tokens(**{kind: MILLION}), TODAY) == price * MILLION


def test_a_dated_name_costs_what_the_short_one_does():
    assert catalogue.cost("claude-sonnet-5-5-20260928", Tokens(input=MILLION), TODAY) == 2 * MILLION
    assert catalogue.cost("claude-unheard-of-20260928", Tokens(input=MILLION), TODAY) is None


def test_a_call_costs_the_sum_of_its_kinds():
    tokens = Tokens(input=1_000, output=500, write_5m=2_000, write_1h=100, read=40_000)

    assert catalogue.cost("claude-sonnet-5-5", tokens, TODAY) == 2_000 + 5_000 + 5_000 + 400 + 4_000


def test_halves_of_a_millionth_are_rounded_up():
    assert catalogue.cost("claude-sonnet-5-5", Tokens(read=5), TODAY) == 1
    assert catalogue.cost("claude-sonnet-5-5", Tokens(read=4), TODAY) == 0


def test_the_price_is_that_of_the_day():
    tokens = Tokens(read=MILLION)

    assert catalogue.cost("claude-sonnet-5-5", tokens, date(2026, 10, 6)) == 200_000
    assert catalogue.cost("claude-sonnet-5-5", tokens, date(2026, 10, 7)) == 100_000


def test_a_long_prompt_makes_the_whole_call_dearer():
    cheap = Tokens(input=50_000, read=50_000, output=1_000)
    dear = Tokens(input=50_001, read=50_000, output=1_000)

    assert catalogue.cost("claude-haiku-5-5", cheap, TODAY) == 5_000 + 500 + 500
    assert catalogue.cost("claude-haiku-5-5", dear, TODAY) == 25_001 + 2_500 + 2_500


def test_nobody_knows_the_price_before_the_first_date_or_of_an_unknown_model():
    assert catalogue.cost("claude-sonnet-5-5", Tokens(input=1), date(2026, 9, 1)) is None
    assert catalogue.cost("claude-next-9", Tokens(input=1), TODAY) is None


def test_an_unknown_model_is_taken_to_hold_little_and_is_called_by_its_id():
    assert catalogue.window("claude-next-9") == 200_000
    assert catalogue.longest_reply("claude-next-9") == 64_000
    assert not catalogue.thinks("claude-next-9")
    assert catalogue.display_name("claude-next-9") == "claude-next-9"


def test_every_model_on_offer_is_known_with_a_price():
    for model in (*settings.CHAT_MODELS, settings.CHAT_MODEL):
        assert catalogue.display_name(model) != model
        assert catalogue.cost(model, Tokens(input=MILLION), TODAY)


@pytest.mark.parametrize("model", MODELS)
def test_every_price_names_its_day_and_its_source(model):
    prices = MODELS[model]["prices"]

    assert [price["from"] for price in prices] == sorted(price["from"] for price in prices)
    for price in prices:
        assert price.keys() - {"above"} == {"from", "source", *KINDS}
        assert date.fromisoformat(price["from"]) <= TODAY
        assert price["source"]
        assert price["read"] < price["input"] < price["write_5m"] < price["write_1h"] < price["output"]


@pytest.mark.parametrize("model", MODELS)
def test_what_a_model_takes_agrees_with_the_models_endpoint(model):
    offered = Catalogue().find(model)

    assert offered
    assert (catalogue.window(model), catalogue.longest_reply(model)) == (offered.window, offered.max_tokens)
    assert catalogue.thinks(model) == ("adaptive" in offered.thinking)
    assert catalogue.can_be_silent(model) == (offered.thinking >= {"adaptive", "disabled"})


COUNTS = st.integers(0, 400_000)


@given(model=st.sampled_from(sorted(MODELS)), prompt=st.lists(COUNTS, min_size=3, max_size=3), output=COUNTS)
def test_no_call_costs_more_than_the_most_it_can(model, prompt, output):
    plain, written, read = prompt
    most = catalogue.most(model, sum(prompt) + 1, output + 1, TODAY)

    assert most
    assert (catalogue.cost(model, Tokens(plain, output, write_5m=written, read=read), TODAY) or 0) < most


def test_the_most_counts_the_price_of_tomorrow_as_well():
    today = {"input": 1, "write_5m": 1, "output": 1, "from": date(2026, 1, 1)}
    dearer = {"input": 3, "write_5m": 1, "output": 5, "from": date(2026, 2, 1)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalogue._catalogue(), "claude-next-9", {"prices": [today, dearer]})
        assert catalogue.most("claude-next-9", 10, 10, date(2026, 1, 30)) == 20
        assert catalogue.most("claude-next-9", 10, 10, date(2026, 1, 31)) == 80
        assert catalogue.most("claude-next-9", 10, 10, date(2025, 12, 31)) is None


def test_the_most_of_an_unknown_model_is_not_known():
    assert catalogue.most("claude-next-9", 1, 1, TODAY) is None
