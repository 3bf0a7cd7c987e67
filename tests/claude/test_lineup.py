"""Claude's list of models, and how this process keeps it."""

import asyncio
import logging
from datetime import date

import pytest

from conversations.claude import client, lineup
from conversations.claude.errors import Failed
from conversations.claude.lineup import Listed
from conversations.replies import news
from tests.site import free_port

OLD, GONE = "claude-sonnet-4-5-20250929", "claude-opus-4-20250514"


@pytest.fixture(autouse=True)
def _nothing_learnt():
    lineup.learn([])
    yield
    lineup.learn([])


@pytest.fixture
def listed(settings, stand_in):
    """Asks for the list in this process."""
    settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "test-key", stand_in.url

    async def ask():
        client.open_client()
        try:
            return await client.models()
        finally:
            await client.close_client()

    return lambda: asyncio.run(ask())


async def kept(rounds, monkeypatch):
    """Lets the keeper ask so many times, then cancels it as the engine does; returns its pauses in seconds."""
    pauses = []

    async def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == rounds:
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", pause)
    with pytest.raises(asyncio.CancelledError):
        await news.keep_lineup()
    return pauses


def test_a_list_that_nobody_foresaw_is_asked_for_again(monkeypatch, caplog):
    async def odd():
        raise AttributeError("retires_at")

    monkeypatch.setattr(client, "models", odd)
    assert asyncio.run(kept(2, monkeypatch)) == [news.AGAIN_SECONDS] * 2
    assert "Claude's list of models could not be read." in caplog.text


def test_the_list_holds_the_leaving_and_the_gone_with_their_days(listed):
    models = {model.id: model for model in listed()}
    assert models["claude-sonnet-5-5"] == Listed("claude-sonnet-5-5", "Claude Sonnet 5.5")
    assert models[OLD] == Listed(OLD, "Claude Sonnet 4.5", "deprecated", date(2026, 11, 30))
    assert models[GONE] == Listed(GONE, "Claude Opus 4", "retired", date(2026, 6, 15))


@pytest.mark.parametrize(("setting", "value", "code"), [
    ("ANTHROPIC_API_KEY", "", "misconfigured"),
    ("ANTHROPIC_API_KEY", "bad-key", "misconfigured"),
    ("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{free_port()}", "upstream_error"),
])  # fmt: skip
def test_a_list_that_is_not_to_be_had_is_a_failure_with_a_code(listed, settings, setting, value, code):
    setattr(settings, setting, value)
    with pytest.raises(Failed) as failure:
        listed()
    assert failure.value.code == code


def test_a_failure_keeps_the_former_list_and_is_said_once(monkeypatch, caplog):
    answers = [[Listed(GONE, "Claude Opus 4", "retired")], Failed("overloaded"), Failed("overloaded"), []]

    async def models():
        answer = answers.pop(0)
        if isinstance(answer, Failed):
            assert lineup.name_of(GONE) == "Claude Opus 4"
            raise answer
        return answer

    monkeypatch.setattr(client, "models", models)
    with caplog.at_level(logging.WARNING):
        pauses = asyncio.run(kept(4, monkeypatch))
    assert pauses == [news.REFRESH_SECONDS, news.AGAIN_SECONDS, news.AGAIN_SECONDS, news.REFRESH_SECONDS]
    assert [record.getMessage() for record in caplog.records] == [
        "Claude's list of models is not to be had (overloaded)."
    ]
    assert lineup.name_of(GONE) == GONE


def test_whoever_set_a_model_that_leaves_reads_of_it_in_the_log(settings):
    settings.CHAT_MODELS, settings.CHAT_TITLE_MODEL = ["claude-sonnet-5-5", GONE], OLD
    lineup.learn([Listed(GONE, "Claude Opus 4", "retired")])
    assert lineup.concerns() == [
        f"CHAT_MODELS names {GONE}, which Claude has retired.",
        f"CHAT_TITLE_MODEL names {OLD}, which is about to retire (2026-11-30).",
    ]
