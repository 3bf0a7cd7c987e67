"""What a model can do and cost: the catalogue, joined with the list of Claude's API."""

from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from chatsite.standin.models import Catalogue as StandInModels
from conversations.claude.models import Model, Price, Rates, catalogue, get_model, update_models, warnings
from conversations.models.tokens import Tokens

CATALOGUE = catalogue()
EVERY_MODEL = pytest.mark.parametrize("model", CATALOGUE.values(), ids=list(CATALOGUE))
DAY = date(2026, 11, 24)
MILLION = 1_000_000
SONNET, HAIKU, OLD_SONNET = "claude-sonnet-5-5", "claude-haiku-5-5", "claude-sonnet-4-5-20250929"
UNKNOWN = "claude-next-9"


@pytest.fixture(autouse=True)
def _unlisted():
    """The API has not said anything yet."""
    update_models([])
    yield
    update_models([])


# The price of a call


@pytest.mark.parametrize(
    ("model_id", "kind", "dollars"),
    [
        (SONNET, "input", 2),
        (SONNET, "output", 10),
        (SONNET, "cache_write_5m", 2.5),
        (SONNET, "cache_write_1h", 4),
        (SONNET, "cache_read", 0.1),
        ("claude-opus-5-5", "output", 20),
        ("claude-fable-5-2", "output", 40),
        ("claude-haiku-4-5-20251001", "output", 5),
    ],
)
def test_a_million_tokens_cost_their_rate_in_dollars(model_id, kind, dollars):
    assert get_model(model_id).cost(Tokens(**{kind: MILLION}), DAY) == dollars * MILLION


def test_a_call_costs_the_sum_of_its_kinds_of_tokens():
    tokens = Tokens(input=1_000, output=500, cache_write_5m=2_000, cache_write_1h=100, cache_read=40_000)

    assert get_model(SONNET).cost(tokens, DAY) == 2_000 + 5_000 + 5_000 + 400 + 4_000


@pytest.mark.parametrize(("tokens_read", "micro_dollars"), [(4, 0), (5, 1)])
def test_a_cost_is_rounded_half_up_to_a_micro_dollar(tokens_read, micro_dollars):
    assert get_model(SONNET).cost(Tokens(cache_read=tokens_read), DAY) == micro_dollars


@pytest.mark.parametrize(("day", "dollars"), [(date(2026, 10, 6), 0.2), (date(2026, 10, 7), 0.1)])
def test_the_price_is_that_of_the_day(day, dollars):
    assert get_model(SONNET).cost(Tokens(cache_read=MILLION), day) == dollars * MILLION


def test_the_rates_of_a_long_prompt_apply_to_the_whole_call():
    short_prompt = Tokens(input=50_000, cache_read=50_000, output=1_000)
    long_prompt = Tokens(input=50_001, cache_read=50_000, output=1_000)

    assert get_model(HAIKU).cost(short_prompt, DAY) == 5_000 + 500 + 500
    assert get_model(HAIKU).cost(long_prompt, DAY) == 25_001 + 2_500 + 2_500


def test_the_cost_is_unknown_before_the_first_price():
    assert get_model(SONNET).cost(Tokens(input=1), date(2026, 9, 1)) is None


def test_the_cost_of_an_unknown_model_is_unknown():
    assert get_model(UNKNOWN).cost(Tokens(input=1), DAY) is None
    assert get_model(UNKNOWN).max_cost(1, 1, DAY) is None


# The highest cost that a call can have

COUNTS = st.integers(0, 400_000)


@given(model_id=st.sampled_from(sorted(CATALOGUE)), sent=COUNTS, written=COUNTS, read=COUNTS, output=COUNTS)
def test_no_call_costs_more_than_its_max_cost(model_id, sent, written, read, output):
    model, tokens = get_model(model_id), Tokens(sent, output, cache_write_5m=written, cache_read=read)
    cost, max_cost = model.cost(tokens, DAY), model.max_cost(tokens.prompt, output, DAY)

    assert cost is not None
    assert max_cost is not None
    assert cost <= max_cost


def model_that_gets_dearer_in_february():
    january = Rates(Decimal(1), Decimal(1), Decimal(1), Decimal(1), Decimal(1))
    february = Rates(Decimal(3), Decimal(5), Decimal(1), Decimal(1), Decimal(1))
    prices = (Price(date(2026, 1, 1), january, "a test"), Price(date(2026, 2, 1), february, "a test"))
    return Model(UNKNOWN, "Next 9", prices=prices)


@pytest.mark.parametrize(
    ("day", "micro_dollars"),
    [(date(2026, 1, 30), 20), (date(2026, 1, 31), 80), (date(2025, 12, 31), None)],
    ids=["two days with one price", "dearer on the next day", "no price on the first day"],
)
def test_max_cost_covers_a_call_that_ends_on_the_next_day(day, micro_dollars):
    assert model_that_gets_dearer_in_february().max_cost(10, 10, day) == micro_dollars


# What is known of a model


def test_a_dated_id_is_the_model_of_the_short_id():
    dated = get_model("claude-sonnet-5-5-20260928")

    assert (dated.id, dated.name) == ("claude-sonnet-5-5-20260928", "Sonnet 5.5")
    assert dated.prices == get_model(SONNET).prices


def test_an_unknown_model_has_the_smallest_limits_and_its_id_for_a_name():
    assert get_model(UNKNOWN) == Model(
        UNKNOWN, UNKNOWN, window=200_000, max_output=64_000, supports_thinking=False, can_disable_thinking=False
    )


def test_a_model_that_only_the_api_knows_is_what_the_api_says():
    listed = Model(UNKNOWN, "Claude Next 9", window=500_000, supports_thinking=True)
    update_models([listed])

    assert get_model(UNKNOWN) == listed


def test_the_api_says_whether_a_model_of_the_catalogue_retires():
    update_models([Model(SONNET, "Claude Sonnet 5.5", lifecycle="deprecated", retires=date(2027, 9, 28))])
    model = get_model(SONNET)

    assert (model.lifecycle, model.retires) == ("deprecated", date(2027, 9, 28))
    assert (model.name, model.window) == ("Sonnet 5.5", 1_000_000)


def test_the_log_warns_of_models_in_the_settings_that_retire(settings):
    settings.CHAT_MODELS, settings.CHAT_TITLE_MODEL = [SONNET, UNKNOWN], OLD_SONNET
    update_models([Model(UNKNOWN, "Claude Next 9", lifecycle="retired")])

    assert warnings() == [
        f"CHAT_MODELS names {UNKNOWN}, which Claude has retired.",
        f"CHAT_TITLE_MODEL names {OLD_SONNET}, which is about to retire (2026-11-30).",
    ]


# The data of the catalogue


def test_every_model_in_the_settings_has_a_name_and_a_price():
    for model in map(get_model, [*settings.CHAT_MODELS, settings.CHAT_MODEL, settings.CHAT_TITLE_MODEL]):
        assert model.name != model.id
        assert model.cost(Tokens(input=MILLION), DAY)


@EVERY_MODEL
def test_prices_are_dated_in_order_and_name_their_source(model):
    days = [price.since for price in model.prices]

    assert days == sorted(days)
    assert days[-1] <= DAY
    assert all(price.source for price in model.prices)


@EVERY_MODEL
def test_rates_rise_from_cache_reads_to_output(model):
    for price in model.prices:
        for rates in filter(None, [price.rates, price.long_prompt_rates]):
            assert rates.cache_read < rates.input < rates.cache_write_5m < rates.cache_write_1h < rates.output


@EVERY_MODEL
def test_a_model_with_a_date_of_retirement_is_deprecated(model):
    assert (model.lifecycle == "deprecated") == (model.retires is not None)


@EVERY_MODEL
def test_the_catalogue_agrees_with_the_models_endpoint(model):
    listed = StandInModels().find(model.id)

    assert listed
    assert (model.window, model.max_output) == (listed.window, listed.max_tokens)
    assert model.supports_thinking == ("adaptive" in listed.thinking)
    assert model.can_disable_thinking == (listed.thinking >= {"adaptive", "disabled"})
